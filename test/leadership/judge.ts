// What replicas wrote, judged: who held the lease from when to when, and whether somebody told what happened at any time.

/** Wall milliseconds. */
export type Span = { readonly from: number; readonly to: number };

type Sample = { readonly at: number; readonly held: boolean; readonly speaks: boolean };

const samplesOf = (lines: readonly string[]): readonly Sample[] =>
  lines.flatMap((line) => {
    const [at, held, speaks] = line.split(' ');
    if (held !== 'held' && held !== 'free') return [];
    return [{ at: Number(at), held: held === 'held', speaks: speaks === 'speaks' }];
  });

/** Each from its first sample to its last, without one between that says otherwise. */
function spansOf(samples: readonly Sample[], is: (sample: Sample) => boolean): readonly Span[] {
  const spans: { from: number; to: number }[] = [];
  let open: { from: number; to: number } | undefined;
  for (const sample of samples) {
    if (!is(sample)) open = undefined;
    else if (open !== undefined) open.to = sample.at;
    else {
      open = { from: sample.at, to: sample.at };
      spans.push(open);
    }
  }
  return spans;
}

export const holdsOf = (lines: readonly string[]): readonly Span[] => spansOf(samplesOf(lines), ({ held }) => held);

/** Pairs of holds of two replicas that are at the same time. */
export function overlapsOf(replicas: readonly (readonly string[])[]): readonly (readonly [Span, Span])[] {
  const all = replicas.flatMap((lines, replica) => holdsOf(lines).map((span) => ({ ...span, replica })));
  return all.flatMap((one, index) =>
    all
      .slice(index + 1)
      .filter((other) => other.replica !== one.replica && one.from <= other.to && other.from <= one.to)
      .map((other) => [one, other] as const),
  );
}

/** From the first word on, when nobody spoke, and who spoke next did not tell it either. */
export function untoldOf(replicas: readonly (readonly string[])[]): readonly Span[] {
  const spoken = replicas
    .flatMap((lines) => {
      const begins = lines.flatMap((line) => {
        const [at, word, from] = line.split(' ');
        return word === 'from' ? [{ at: Number(at), from: Number(from) }] : [];
      });
      return spansOf(samplesOf(lines), ({ speaks }) => speaks).map(({ from, to }) => {
        const told = begins.findLast(({ at }) => at <= from);
        return { from: told?.from ?? from, to };
      });
    })
    .sort((one, other) => one.from - other.from);
  const untold: Span[] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const { from, to } of spoken) {
    if (from > end) untold.push({ from: end, to: from });
    end = end === Number.POSITIVE_INFINITY ? to : Math.max(end, to);
  }
  return untold;
}
