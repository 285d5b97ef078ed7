// What is stopped, one after the other, and the one page that must come of it.
import type { Stack } from './stack.ts';

export type Stop = {
  readonly what: string;
  /** The one alert of severity critical, with its `check`; undefined: nobody is woken. */
  readonly page: string | undefined;
  stop(stack: Stack): Promise<void>;
  start(stack: Stack): Promise<void>;
};

export const stops: readonly Stop[] = [
  {
    what: 'PostgreSQL',
    page: 'DependencyDown database',
    stop: ({ postgres }) => postgres.stop(),
    start: ({ postgres }) => postgres.start(),
  },
  {
    what: 'Redis',
    page: 'DependencyDown sessions',
    stop: ({ redis }) => redis.stop(),
    start: ({ redis }) => redis.start(),
  },
  {
    what: 'Elasticsearch',
    page: 'DependencyDown search',
    stop: ({ elasticsearch }) => elasticsearch.stop(),
    start: ({ elasticsearch }) => elasticsearch.start(),
  },
  {
    what: 'KMS',
    page: 'DependencyDown keys',
    stop: ({ kms }) => kms.stop(),
    start: ({ kms }) => kms.start(),
  },
  {
    what: 'the app',
    page: 'AppDown app',
    stop: async ({ shops }) => {
      await Promise.all(shops.map((shop) => shop.stop()));
    },
    start: async ({ shops }) => {
      await Promise.all(shops.map((shop) => shop.start()));
    },
  },
  {
    what: 'the replica of Sidewarden that reads the statistics',
    page: undefined,
    stop: ({ kill }) => kill(1),
    start: ({ revive }) => revive(),
  },
  {
    what: 'every replica of Sidewarden',
    page: 'SidecarAbsent',
    stop: ({ kill }) => kill(2),
    start: ({ revive }) => revive(),
  },
];
