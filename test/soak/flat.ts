// Whether what the daemon holds stayed flat: the end of the run against an early part of it. Pure.

/** Resident memory in MB, open descriptors. */
export type Sample = { readonly at: number; readonly rssMb: number; readonly descriptors: number };

/** Of the run: what comes before has not warmed up. */
const early = [0.2, 0.5] as const;
const late = [0.7, 1] as const;
/** Beyond what the allocator and the connections of a moment (the load keeps 4) move. */
const growth = { rss: 1.2, rssMb: 8, descriptors: 8 } as const;

export type Flatness = {
  readonly early: Omit<Sample, 'at'>;
  readonly late: Omit<Sample, 'at'>;
  readonly flat: boolean;
};

/** Medians of both parts. @param samples in the order of time, at least 10 */
export function flatness(samples: readonly Sample[]): Flatness {
  const part = ([from, to]: readonly [number, number]) => {
    const taken = samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to));
    return {
      rssMb: median(taken.map((each) => each.rssMb)),
      descriptors: median(taken.map((each) => each.descriptors)),
    };
  };
  const before = part(early);
  const after = part(late);
  const flat =
    after.rssMb <= before.rssMb * growth.rss + growth.rssMb &&
    after.descriptors <= before.descriptors + growth.descriptors;
  return { early: before, late: after, flat };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
