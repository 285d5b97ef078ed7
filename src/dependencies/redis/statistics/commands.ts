// What INFO says of each command and each kind of error: calls, time, percentiles, refusals.
import { type Sample, samples } from '../../../core/family.ts';
import { type Fields, heaviest, listOf, notNegative, numberOf } from './answer.ts';
import { counter, summary } from './family.ts';

/** Commands, those with most calls, and kinds of errors, the most frequent, of which samples are made. */
const mostCommands = 100;
const mostErrors = 50;

const command = { labels: ['cmd'] };
const families = {
  calls: counter('commands_total', 'Calls of a command.', command),
  seconds: counter('commands_duration_seconds_total', 'Time in a command.', { ...command, unit: 'seconds' }),
  rejected: counter('commands_rejected_calls_total', 'Calls that failed before the command ran.', command),
  failed: counter('commands_failed_calls_total', 'Calls that failed in the command.', command),
  percentiles: summary('latency_percentiles_usec', 'Percentiles of the latency of a command since it was reset.', {
    ...command,
    unit: 'microseconds',
    when: 'Redis 7, with latency-tracking',
    asks: 'INFO: latencystats, and commandstats for its sum and count',
  }),
  errors: counter(
    'errors_total',
    'Error replies by their first word, where that is capitals, digits and _ alone; else `other`.',
    {
      labels: ['err'],
    },
  ),
};

export const commandFamilies = Object.values(families);

export function commandSamples(fields: Fields, cut: (count: number) => void): Sample[] {
  const calls = ({ pairs }: { pairs: Fields }): number => numberOf(pairs.get('calls')) ?? 0;
  const kept = heaviest(listOf(fields, 'cmdstat_'), mostCommands, calls, cut);
  const percentiles = new Map(
    listOf(fields, 'latency_percentiles_usec_').map(({ name, pairs }) => [name, pairs] as const),
  );
  return [
    ...kept.flatMap(({ name, pairs }) => {
      const of = (field: string): number | undefined => notNegative(pairs.get(field));
      const usec = of('usec');
      return [
        ...samples(families.calls, of('calls'), name),
        ...samples(families.seconds, usec === undefined ? undefined : usec / 1e6, name),
        ...samples(families.rejected, of('rejected_calls'), name),
        ...samples(families.failed, of('failed_calls'), name),
        ...percentileSamples(name, percentiles.get(name), of('calls'), usec),
      ];
    }),
    ...errorSamples(fields, cut),
  ];
}

function percentileSamples(name: string, pairs: Fields | undefined, count?: number, sum?: number): Sample[] {
  if (pairs === undefined || count === undefined || sum === undefined) return [];
  const family = families.percentiles;
  const labels = [name];
  const quantiles: Sample[] = [];
  for (const [percentile, text] of pairs) {
    const value = numberOf(text);
    const bound = numberOf(percentile.slice(1));
    if (value !== undefined && bound !== undefined)
      quantiles.push({ family, labels, value, part: { bound: String(bound) } });
  }
  return [
    ...quantiles,
    { family, labels, value: sum, part: { suffix: '_sum' } },
    { family, labels, value: count, part: { suffix: '_count' } },
  ];
}

/** Scripts and modules can answer whatever they like, such as a user's data. */
const errorWord = /^[A-Z][A-Z0-9_]{0,31}$/;

function errorSamples(fields: Fields, cut: (count: number) => void): Sample[] {
  const counts = new Map<string, number>();
  for (const { name, pairs } of listOf(fields, 'errorstat_')) {
    const count = notNegative(pairs.get('count'));
    const word = errorWord.test(name) ? name : 'other';
    if (count !== undefined) counts.set(word, (counts.get(word) ?? 0) + count);
  }
  const kept = heaviest([...counts], mostErrors, ([, count]) => count, cut);
  return kept.flatMap(([word, count]) => samples(families.errors, count, word));
}
