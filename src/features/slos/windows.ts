// The events of one objective, by the time of their coming: any window until now is one subtraction. The memory is fixed.
import type { Instant } from '../../core/clock.ts';
import type { Counts } from './budget.ts';
import { Ring, type Sums } from './ring.ts';

const dayMs = 86_400_000;
/** The last hours, for the windows of alerts. A window begins at most one width before it was asked for. */
const fine = { widthMs: 10_000, spanMs: 6.5 * 3_600_000 } as const;
/** As long as a window, and a calendar month with the one before it. */
const coarse = { widthMs: 300_000, leastMs: 62 * dayMs, mostMs: 92 * dayMs } as const;
/** Between two calls of `add` at most so much was observed: what is longer is a gap. */
const longestStepMs = 10_000;

/** What stands before the buckets of what was saved, in this order, each a number of 8 bytes. */
const fields = [
  'version',
  'windowMs',
  'originBefore',
  'lastBefore',
  'sinceBefore',
  'good',
  'bad',
  'observedMs',
  'fineFirst',
  'fineLast',
  'coarseFirst',
  'coarseLast',
] as const;
type Head = Record<(typeof fields)[number], number>;
const version = 1;
/** Numbers of a bucket in what was saved: good, bad, observed. */
const perBucket = 3;

export class Windows {
  /** The longest window that is asked for. */
  readonly windowMs: number;
  /** Boundaries of buckets are at multiples of their width after it. */
  readonly #origin: Instant;
  readonly #fine: Ring;
  readonly #coarse: Ring;
  #sums: Sums = { good: 0, bad: 0, observedMs: 0 };
  #since: Instant | undefined;
  /** Of the last call of `add`. */
  #lastAt: Instant | undefined;

  /** @param origin an instant at which a bucket begins, such as one that wall time counts from */
  constructor(windowMs: number, origin: Instant = 0) {
    this.windowMs = windowMs;
    this.#origin = origin;
    const spanMs = Math.min(Math.max(windowMs, coarse.leastMs), coarse.mostMs);
    this.#fine = new Ring(fine.widthMs, fine.spanMs / fine.widthMs + 1);
    this.#coarse = new Ring(coarse.widthMs, Math.ceil(spanMs / coarse.widthMs) + 2);
  }

  /**
   * What came of the time since the last call: that time is observed, whether there were events or not, but for a gap.
   * An instant before the last one counts as that one.
   */
  add(now: Instant, good: number, bad: number): void {
    const at = Math.max(now, this.#lastAt ?? now);
    this.#enter(this.#fine, at);
    this.#enter(this.#coarse, at);
    const sums = this.#sums;
    sums.observedMs += Math.min(at - (this.#lastAt ?? at), longestStepMs);
    sums.good += good;
    sums.bad += bad;
    this.#lastAt = at;
    if (good + bad > 0) this.#since ??= at;
  }

  /** Nobody observed the time from the last call of `add` until then. */
  skip(until: Instant): void {
    if (this.#lastAt !== undefined) this.#lastAt = Math.max(this.#lastAt, until);
  }

  /** Of the time until now, with the bucket in which it begins. */
  last(now: Instant, ms: number): Counts {
    return difference(this.#sums, this.#before(now - ms));
  }

  /** Of the time from the one to before the other: both are taken back to the begin of their buckets. Until now: `last`. */
  between(from: Instant, to: Instant): Counts {
    return difference(this.#before(to), this.#before(from));
  }

  /** Of all time, also of what is too long ago for any window. */
  get total(): Counts {
    const { good, bad } = this.#sums;
    return { good, bad };
  }

  /** The first event ever. */
  get since(): Instant | undefined {
    return this.#since;
  }

  /** How much of the time until now was observed. */
  coveredMs(now: Instant, ms: number): number {
    const covered = this.#sums.observedMs - this.#before(now - ms).observedMs;
    return Math.min(Math.max(covered, 0), ms);
  }

  /** All of it, for `load`; of about 24 bytes for each bucket since the first event. */
  save(now: Instant): Uint8Array {
    const { good, bad, observedMs } = this.#sums;
    const head: Head = {
      ...{ version, windowMs: this.windowMs, good, bad, observedMs },
      originBefore: now - this.#origin,
      lastBefore: now - (this.#lastAt ?? Number.NaN),
      sinceBefore: now - (this.#since ?? Number.NaN),
      ...{ fineFirst: this.#fine.first, fineLast: this.#fine.last },
      ...{ coarseFirst: this.#coarse.first, coarseLast: this.#coarse.last },
    };
    const rings = [this.#fine, this.#coarse];
    const buckets = rings.reduce((sum, { first, last }) => sum + (last - first + 1), 0);
    const numbers = new Float64Array(fields.length + perBucket * buckets);
    numbers.set(fields.map((field) => head[field]));
    let at = fields.length;
    for (const ring of rings)
      for (let boundary = ring.first; boundary <= ring.last; boundary += 1) {
        const sums = ring.until(boundary) ?? this.#sums;
        numbers[at] = sums.good;
        numbers[at + 1] = sums.bad;
        numbers[at + 2] = sums.observedMs;
        at += perBucket;
      }
    return new Uint8Array(numbers.buffer);
  }

  /**
   * What was saved goes on in another process, or with another window.
   * @param elapsedMs since it was saved
   * @param windowMs in place of that with which it was saved
   * @throws for what this version did not save
   */
  static load(bytes: Uint8Array, now: Instant, elapsedMs: number, windowMs?: number): Windows {
    const numbers = numbersOf(bytes);
    const head = Object.fromEntries(fields.map((field, index) => [field, numbers[index]])) as Head;
    const savedAt = now - Math.max(elapsedMs, 0);
    const buckets = head.fineLast - head.fineFirst + head.coarseLast - head.coarseFirst + 2;
    if (numbers.length !== fields.length + perBucket * buckets) throw new RangeError('its buckets are not all there');
    const loaded = new Windows(windowMs ?? head.windowMs, savedAt - head.originBefore);
    const coarseAt = fields.length + perBucket * (head.fineLast - head.fineFirst + 1);
    fill(loaded.#fine, [head.fineFirst, head.fineLast], numbers.subarray(fields.length, coarseAt));
    fill(loaded.#coarse, [head.coarseFirst, head.coarseLast], numbers.subarray(coarseAt));
    loaded.#sums = { good: head.good, bad: head.bad, observedMs: head.observedMs };
    loaded.#lastAt = instantOf(savedAt, head.lastBefore);
    loaded.#since = instantOf(savedAt, head.sinceBefore);
    return loaded;
  }

  #enter(ring: Ring, at: Instant): void {
    ring.enter(this.#boundary(ring, at), this.#sums);
  }

  #boundary({ widthMs }: Ring, at: Instant): number {
    return Math.floor((at - this.#origin) / widthMs);
  }

  #before(at: Instant): Sums {
    if (this.#lastAt === undefined || at > this.#lastAt) return this.#sums;
    const boundary = this.#boundary(this.#fine, at);
    if (boundary >= this.#fine.first) return this.#fine.until(boundary) ?? this.#sums;
    return this.#coarse.until(this.#boundary(this.#coarse, at)) ?? this.#sums;
  }
}

const difference = (to: Sums, from: Sums): Counts => ({ good: to.good - from.good, bad: to.bad - from.bad });

const instantOf = (savedAt: Instant, before: number): Instant | undefined =>
  Number.isNaN(before) ? undefined : savedAt - before;

/** @throws for what is no head of ours */
function numbersOf(bytes: Uint8Array): Float64Array {
  if (bytes.length % 8 !== 0 || bytes.length < 8 * fields.length) throw new RangeError('it is cut');
  const numbers = new Float64Array(bytes.slice().buffer); // where it lies need not be a multiple of 8
  if (numbers[0] !== version) throw new RangeError(`it is of version ${numbers[0]}, not ${version}`);
  return numbers;
}

function fill(ring: Ring, [first, last]: readonly [number, number], numbers: Float64Array): void {
  for (let boundary = first, at = 0; boundary <= last; boundary += 1, at += perBucket) {
    const [good = 0, bad = 0, observedMs = 0] = [numbers[at], numbers[at + 1], numbers[at + 2]];
    ring.enter(boundary, { good, bad, observedMs });
  }
}
