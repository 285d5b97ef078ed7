// What is shown of one check beside what its collectors gave: whether its server answers, and whether the last round read all.
import { renderSamples } from '../core/exposition.ts';
import { samples } from '../core/family.ts';
import type { Collector, Statistics } from '../dependencies/statistics.ts';
import type { Snapshots } from './snapshots.ts';

export type ShownOptions = {
  readonly check: string;
  readonly statistics: Pick<Statistics, 'up' | 'lastError'>;
  readonly snapshots: Snapshots;
  /** The label `instance` as long as nothing was read. */
  instance(): string;
};

export interface Shown {
  /** Whether anything of it is shown. */
  readonly any: boolean;
  /** A round begins on a connection to this server: what is costly and was hidden holds again. */
  begins(instance: string, costly: readonly Collector[]): void;
  /** A collector was run. */
  ran(collector: string, failed: boolean): void;
  /** A round went through. */
  ended(): void;
  /** The server cannot be reached. */
  down(): void;
  /** The connection broke where another answers: who shows nothing has read nothing, for it may lead next. */
  unread(): void;
  /** What was read is void for now. */
  hide(): void;
  /** Shows nothing more. */
  drop(): void;
}

export function createShown({ check, statistics, snapshots, ...options }: ShownOptions): Shown {
  let any = false;
  /** Of the server that was read; before, what the settings tell as far as their files were read. */
  let instance: string | undefined;
  /** Collectors whose last run failed. */
  const failing = new Set<string>();
  /** Whether the last round read all that it should; undefined before its end. */
  let lastError: 0 | 1 | undefined;

  const show = (up: 0 | 1): void => {
    const found = [
      { family: statistics.up, labels: [], value: up },
      ...(statistics.lastError === undefined ? [] : samples(statistics.lastError, lastError)),
    ];
    const texts = renderSamples(found, { check, instance: instance ?? options.instance() });
    snapshots.put(check, 'up', texts, Number.POSITIVE_INFINITY);
    any = true;
  };
  return {
    get any() {
      return any;
    },
    begins(server, costly) {
      instance = server;
      snapshots.unhide(
        check,
        costly.map(({ name }) => name),
      );
      show(1);
    },
    ran(collector, failed) {
      if (failed) failing.add(collector);
      else failing.delete(collector);
    },
    ended() {
      lastError = failing.size === 0 ? 0 : 1;
      show(1);
    },
    down() {
      lastError = 1;
      show(0);
    },
    unread() {
      lastError = undefined;
    },
    hide: () => snapshots.hide(check),
    drop() {
      snapshots.drop(check);
      failing.clear();
      lastError = undefined;
      any = false;
    },
  };
}
