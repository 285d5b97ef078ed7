// Cumulative counts at the boundaries of buckets of one width: what happened between two boundaries is one subtraction.

/** What has happened until an instant. */
export type Sums = { good: number; bad: number; observedMs: number };

/** Outside the heap: the memory is used as it fills. Boundaries are numbered: number n is at n times the width. */
export class Ring {
  readonly widthMs: number;
  readonly #size: number;
  readonly #good: Float64Array;
  readonly #bad: Float64Array;
  /** Whole seconds, which fit 4 bytes for a hundred years. */
  readonly #observed: Uint32Array;
  /** Of the boundaries that are known: none yet, where the first is after the last. */
  #first = 0;
  #last = -1;

  /** @param size boundaries that it remembers */
  constructor(widthMs: number, size: number) {
    this.widthMs = widthMs;
    this.#size = size;
    this.#good = new Float64Array(size);
    this.#bad = new Float64Array(size);
    this.#observed = new Uint32Array(size);
  }

  /** The sums are those until this boundary, and until those before it that nobody entered. Called in their order. */
  enter(boundary: number, sums: Sums): void {
    if (this.#last < this.#first) this.#first = boundary;
    else if (boundary <= this.#last) return;
    const from = this.#last < this.#first ? boundary : Math.max(this.#last + 1, boundary - this.#size + 1);
    for (let at = from; at <= boundary; at += 1) this.#write(at, sums);
    this.#last = boundary;
    this.#first = Math.max(this.#first, boundary - this.#size + 1);
  }

  /** Until the boundary, or until the first that is known; undefined after the last. */
  until(boundary: number): Sums | undefined {
    return boundary > this.#last ? undefined : this.#read(Math.max(boundary, this.#first));
  }

  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  #write(boundary: number, { good, bad, observedMs }: Sums): void {
    const at = this.#at(boundary);
    this.#good[at] = good;
    this.#bad[at] = bad;
    this.#observed[at] = observedMs / 1000;
  }

  #read(boundary: number): Sums {
    const at = this.#at(boundary);
    const [good = 0, bad = 0, seconds = 0] = [this.#good[at], this.#bad[at], this.#observed[at]];
    return { good, bad, observedMs: seconds * 1000 };
  }

  /** Where it lies; boundaries can be before zero. */
  #at(boundary: number): number {
    const at = boundary % this.#size;
    return at < 0 ? at + this.#size : at;
  }
}
