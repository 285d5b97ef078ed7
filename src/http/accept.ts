// Which of the formats a request asks for: the Accept header with its q-values, and ?verbose.

/** `verbose` is text with what is behind each line. */
export const formats = ['json', 'health', 'text', 'verbose'] as const;
export type Format = (typeof formats)[number];

const mediaTypes = [
  ['json', 'application', 'json'],
  ['health', 'application', 'health+json'],
  ['text', 'text', 'plain'],
] as const;

/** Of one header; more than that nobody means. */
const mostRanges = 32;

type Range = { readonly type: string; readonly subtype: string; readonly q: number };

/**
 * The best format by q, then by how exactly it was named, then by the header's order; JSON when none fits, since a
 * health answer in another format beats no answer. `?verbose` alone means text, as at kube-apiserver.
 */
export function chooseFormat(accept: string | undefined, verbose: boolean): Format {
  if (accept === undefined || accept === '' || accept === '*/*') return verbose ? 'verbose' : 'json';
  if (accept === 'application/json') return 'json';
  const best = choose(accept.toLowerCase().split(',').slice(0, mostRanges).map(parseRange));
  if (best === undefined) return 'json';
  return verbose && (best.format === 'text' || best.rank === 0) ? 'verbose' : best.format;
}

type Choice = {
  readonly format: 'json' | 'health' | 'text';
  readonly q: number;
  readonly rank: number;
  readonly at: number;
};

function choose(ranges: readonly Range[]): Choice | undefined {
  return mediaTypes
    .flatMap(([format, type, subtype]): Choice[] => {
      const [named] = ranges
        .map((range, at) => ({ format, q: range.q, rank: rankOf(range, type, subtype), at }))
        .filter(({ rank }) => rank >= 0)
        .sort((a, b) => b.rank - a.rank);
      return named !== undefined && named.q > 0 ? [named] : [];
    })
    .sort((a, b) => b.q - a.q || b.rank - a.rank || a.at - b.at)[0];
}

/** 2: named itself, 1: by its type, 0: by anything, -1: not at all. */
function rankOf(range: Range, type: string, subtype: string): number {
  if (range.type === '*') return range.subtype === '*' ? 0 : -1;
  if (range.type !== type) return -1;
  if (range.subtype === '*') return 1;
  return range.subtype === subtype ? 2 : -1;
}

function parseRange(text: string): Range {
  const { name, q } = parseWeighted(text);
  const [type = '', subtype = ''] = name.split('/');
  return { type, subtype, q };
}

/** What a header such as Accept-Encoding takes, in lower case, with its q-value. */
export type AcceptedWeights = ReadonlyMap<string, number>;

export const weightsOf = (header: string): AcceptedWeights =>
  new Map(
    header
      .toLowerCase()
      .split(',')
      .slice(0, mostRanges)
      .map(parseWeighted)
      .map(({ name, q }) => [name, q]),
  );

function parseWeighted(text: string): { readonly name: string; readonly q: number } {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
  return { name, q: /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 1 };
}
