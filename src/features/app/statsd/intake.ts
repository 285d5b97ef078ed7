// Packets and bodies, line by line. What a line says beside its values comes again and again, so it is read once.
import type { Instant } from '../../../core/clock.ts';
import { type StatsdReason, type StatsdSettings, statsdReasons } from '../settings.ts';
import { staysFinite } from './finite.ts';
import { type LineType, readHead } from './line.ts';
import type { Metric } from './metric.ts';
import { createRecent } from './recent.ts';
import { kinds, type Place, type Resolve } from './resolve.ts';
import type { Store } from './series.ts';
import type { Told } from './tell.ts';
import { createReader, type Values } from './values.ts';

/** Bytes. */
const longestLine = 8192;

/** What became of lines: each was taken, or rejected for one reason. */
export type Tally = {
  lines: number;
  taken: number;
  readonly rejected: Record<StatsdReason, number>;
};
export const freshTally = (): Tally => ({
  lines: 0,
  taken: 0,
  rejected: Object.fromEntries(statsdReasons.map((reason) => [reason, 0])) as Record<StatsdReason, number>,
});

export interface Intake {
  /**
   * Takes lines of a string that has a character for each byte.
   * @param most lines that it takes
   * @returns where the next line begins; the length of the string once all were taken.
   */
  take(text: string, from: number, most: number, now: Instant, tally: Tally): number;
  /** Values that were counted under the labels `__other__`. */
  overflowed(): number;
}

/** What lines of a kind are for, or why they are for nothing. */
type Target = { readonly type: LineType; readonly weight: number; readonly epoch: number } & (
  | { readonly place: Place; readonly reason?: never }
  | { readonly reason: StatsdReason; readonly place?: never }
);

export type IntakeOptions = {
  readonly resolve: Resolve;
  readonly store: Store;
  /** Whether the page of the service has the metric, which then is the page's alone. */
  readonly isOnPage: (metric: Metric) => boolean;
  /** Told of each line that does not count, or counts under other labels. */
  readonly tell: (told: Told, line: string) => void;
};

/** @returns what takes lines, and remembers what those of the same kind were for. */
export function createIntake({ signed_gauges, max_series }: StatsdSettings, options: IntakeOptions): Intake {
  const { resolve, store, isOnPage, tell } = options;
  const recent = createRecent<Target>(Math.min(Math.max(max_series, 8192), 65_536));
  const values: Values = { numbers: [], changes: [], count: 0 };
  const readValues = createReader(signed_gauges, values);
  let overflowed = 0;

  /** A series that is gone is looked for again; so is room, once some is gone. */
  const holds = ({ place, epoch }: Target): boolean =>
    place === undefined || place.overflow ? epoch === store.epoch() : !place.series.gone;
  const targetOf = (type: LineType, weight: number, found: Place | StatsdReason): Target => ({
    ...{ type, weight, epoch: store.epoch() },
    ...(typeof found === 'string' ? { reason: found } : { place: found }),
  });
  const count = ({ type, weight, place, reason }: Target, text: string, now: Instant): StatsdReason | undefined => {
    if (place === undefined) return reason;
    const { series, overflow } = place;
    if (series.metric.hidden || isOnPage(series.metric)) return 'reserved';
    const kind = kinds[type];
    if (!staysFinite(values, kind, weight, series)) return 'bad_line';
    series.last = now;
    if (kind === 'set') {
      if (!store.addMember(series, text, now)) return 'too_many';
      values.count = 1;
    } else
      for (let at = 0; at < values.count; at += 1) {
        const value = values.numbers[at] as number;
        store.apply(series, kind, values.changes[at] === true ? series.value + value : value, weight);
      }
    if (overflow) {
      overflowed += values.count;
      tell('overflow', `${series.metric.name}:`);
    }
    return undefined;
  };
  const takeLine = (line: string, now: Instant): StatsdReason | undefined => {
    if (line.length > longestLine) return 'too_long';
    if (line.startsWith('_e{')) return 'event';
    if (line.startsWith('_sc|')) return 'service_check';
    const colon = line.indexOf(':');
    const bar = line.indexOf('|', colon);
    if (colon < 1 || bar === -1) return 'bad_line';
    const text = line.slice(colon + 1, bar);
    const after = withoutTime(line.slice(bar));
    const key = line.slice(0, colon + 1) + after;
    const known = recent.get(key);
    if (known !== undefined && holds(known)) return readValues(text, known.type) ?? count(known, text, now);
    const head = readHead(line.slice(0, colon), after);
    if (typeof head === 'string') return head;
    const refused = readValues(text, head.type);
    if (refused !== undefined) return refused; // it makes no metric
    if (!staysFinite(values, kinds[head.type], head.weight)) return 'bad_line';
    const target = targetOf(head.type, head.weight, resolve(head, now));
    if (target.reason !== 'reserved') recent.put(key, target); // the name can be free at any time
    return count(target, text, now);
  };
  return {
    take(text, from, most, now, tally) {
      let begin = from;
      for (let taken = 0; begin < text.length && taken < most; taken += 1) {
        const feed = text.indexOf('\n', begin);
        const next = feed === -1 ? text.length : feed + 1;
        let end = feed === -1 ? text.length : feed;
        while (end > begin && isEnd(text.charCodeAt(end - 1))) end -= 1;
        if (end > begin) {
          const line = text.slice(begin, end);
          const reason = takeLine(line, now);
          tally.lines += 1;
          if (reason === undefined) tally.taken += 1;
          else {
            tally.rejected[reason] += 1;
            tell(reason, line);
          }
        }
        begin = next;
      }
      return begin;
    },
    overflowed: () => overflowed,
  };
}

/** A carriage return, or the NUL that a client in C sends. */
const isEnd = (code: number): boolean => code === 13 || code === 0;

/** The time of a line is of no use here, and would make each a line of its own. */
const withoutTime = (after: string): string => (after.includes('|T') ? after.replace(/\|T\d+(?=\||$)/g, '') : after);
