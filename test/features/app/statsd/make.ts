// A StatsD part of which the tests own the time, and a catalogue of their own.
import type { AppMetric } from '../../../../src/core/app-catalogue.ts';
import { type AppSettings, type StatsdReason, settings } from '../../../../src/features/app/settings.ts';
import { createIntake, freshTally } from '../../../../src/features/app/statsd/intake.ts';
import { createResolve } from '../../../../src/features/app/statsd/resolve.ts';
import { createStore } from '../../../../src/features/app/statsd/series.ts';
import { createShelves } from '../../../../src/features/app/statsd/shelves.ts';
import type { Told } from '../../../../src/features/app/statsd/tell.ts';

const metric = (one: Pick<AppMetric, 'name' | 'type'> & Partial<AppMetric>): AppMetric => ({
  ...{ preset: 'graphql', help: `Help of ${one.name}.`, labels: [], by: 'the tests' },
  ...one,
});
const status = { name: 'status', values: ['success', 'error'], example: 'success', also: ['result', 'out.come'] };

export const catalogue: readonly AppMetric[] = [
  metric({ name: 'queries_total', type: 'counter', labels: [status] }),
  metric({ name: 'errors_total', type: 'counter', labels: [{ name: 'kind', example: 'timeout' }] }),
  metric({ name: 'plain_total', type: 'counter' }),
  metric({
    ...{ name: 'query_duration_seconds', type: 'histogram', unit: 'seconds', buckets: [0.1, 1] },
    labels: [{ name: 'operation', example: 'read' }],
  }),
  metric({ name: 'response_size_bytes', type: 'histogram', unit: 'bytes', buckets: [100, 1000] }),
  metric({ name: 'sessions_active', type: 'gauge', labels: [{ name: 'region', example: 'eu' }] }),
];

export type Written = Readonly<Record<string, unknown>>;
export const settingsOf = (written: Written = {}): NonNullable<AppSettings['statsd']> => {
  const { statsd } = settings.parse({ statsd: written });
  if (statsd === undefined) throw new Error('no settings');
  return statsd;
};

export type Options = {
  readonly metrics?: readonly AppMetric[];
  readonly prefix?: string;
  readonly taken?: (name: string) => boolean;
};

export function make(written: Written = {}, { metrics = [], prefix = '', taken = () => false }: Options = {}) {
  const parsed = settingsOf(written);
  const shelves = createShelves();
  const store = createStore(parsed, taken, shelves);
  const resolve = createResolve(parsed, store, { prefix, metrics, now: 0 });
  const said = new Set<Told>();
  let onPage: ReadonlySet<string> = new Set();
  const isOnPage = ({ names }: { readonly names: readonly string[] }): boolean =>
    names.some((name) => onPage.has(name));
  const intake = createIntake(parsed, {
    ...{ resolve, store, isOnPage },
    tell: (told) => said.add(told),
  });
  const tally = freshTally();
  let now = 0;
  const partsNow = (): readonly Uint8Array[] => {
    store.expire(now);
    return shelves.parts(onPage);
  };
  const page = (): string =>
    partsNow()
      .map((part) => new TextDecoder('utf-8', { fatal: true }).decode(part))
      .join('');
  return {
    ...{ store, shelves, intake, tally, partsNow, page },
    /** A packet. */
    send(packet: string | Buffer): void {
      intake.take(Buffer.from(packet).toString('latin1'), 0, Number.POSITIVE_INFINITY, now, tally);
    },
    /** Names of samples that the page of the service has. */
    has(...names: readonly string[]): void {
      onPage = new Set(names);
    },
    pass(ms: number): void {
      now += ms;
    },
    /** Samples, without the lines of HELP and TYPE. */
    samples: (): readonly string[] =>
      page()
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#')),
    /** Reasons that occurred. */
    rejected: (): Partial<Record<StatsdReason, number>> =>
      Object.fromEntries(Object.entries(tally.rejected).filter(([, count]) => count > 0)),
    said: () => said,
  };
}
