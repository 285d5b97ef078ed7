// What Prometheus says of the objectives: whether it answers, how long it remembers, and whether it has their events.
import { formatDuration } from '../../../core/duration.ts';
import { brief, messageOf } from '../../../dependencies/fault.ts';
import { withLimits } from '../../../schedule/limits.ts';
import type { Asked, Asking } from '../../define.ts';
import { expand, type Scope } from '../../prometheus/expression.ts';
import { askApi, askInstant, type Sample } from '../../prometheus/query.ts';
import { type ScopeSettings, scopeOf } from '../../prometheus/scope.ts';
import type { AskedSettings } from '../../prometheus/settings.ts';
import { asWritten, eventsOf } from '../promql.ts';
import { parseMatchers } from '../selector.ts';
import { type IndicatorKind, kindOf, type SloSettings, type SlosSettings } from '../settings.ts';
import { judgeBuckets } from './page.ts';

type Named = readonly [name: string, slo: SloSettings];

/** Asks one question after the other. @returns what it found; the first failure that is of all ends it */
export async function askPrometheus(settings: SlosSettings, prometheus: AskedSettings, asking: Asking) {
  const { clock, redact, service, namespace, others } = asking;
  const scope = scopeOf(others.alerts as ScopeSettings | undefined, { service, namespace, app: others.app, own: [] });
  const timed = { clock, timeoutMs: prometheus.timeout };
  const never = new AbortController().signal;
  const question: Question = {
    scope,
    instant: (query) => withLimits(timed, never, (limits) => askInstant(prometheus, limits, expand(query, scope))),
    flags: () => withLimits(timed, never, (limits) => askApi(prometheus, limits, 'status/flags')),
    said: (error) => brief(messageOf(error, prometheus.timeout), redact),
  };
  try {
    await question.instant('vector(1)');
  } catch (error) {
    const fix = 'write its URL, as http://prometheus:9090, and what it wants to be asked with';
    return [
      { path: ['prometheus'], result: 'bad', message: `Prometheus does not answer: ${question.said(error)}`, fix },
    ] as const;
  }
  const found: Asked[] = [await askRetention(settings, prometheus, question)];
  for (const named of Object.entries(settings)) found.push(...(await askObjective(named, question)));
  return found;
}

type Question = {
  readonly scope: Scope;
  instant(query: string): Promise<readonly Sample[]>;
  flags(): Promise<unknown>;
  said(error: unknown): string;
};

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};
const usualRetention = '15d';

/** Of Prometheus, which also has weeks and years. */
const durationOf = (text: string): number =>
  [...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0),
    0,
  );

async function askRetention(settings: SlosSettings, { retention }: AskedSettings, question: Question): Promise<Asked> {
  const at = { path: ['prometheus', 'retention'] };
  let flags: unknown;
  try {
    flags = await question.flags();
  } catch (error) {
    return { ...at, result: 'unknown', message: `it does not say how long it keeps samples: ${question.said(error)}` };
  }
  const flag = (name: string): string => {
    const value: unknown = flags !== null && typeof flags === 'object' ? Reflect.get(flags, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  const time = flag('storage.tsdb.retention.time');
  const size = durationOf(time) === 0 && !/^0?B?$/.test(flag('storage.tsdb.retention.size'));
  if (size) return { ...at, result: 'unknown', message: 'it keeps samples by their size, and does not say how long' };
  if (time === '') return { ...at, result: 'unknown', message: 'it does not say how long it keeps samples' };
  const keptMs = durationOf(time) || durationOf(usualRetention);
  const kept = formatDuration(keptMs);
  const fix = '`--storage.tsdb.retention.time` of Prometheus says how long';
  if (retention !== undefined && keptMs < retention)
    return {
      ...at,
      result: 'bad',
      message: `Prometheus keeps ${kept}, and prometheus.retention says ${formatDuration(retention)}`,
      fix,
    };
  const [name, slo] = Object.entries(settings).reduce((longest, one) =>
    one[1].window > longest[1].window ? one : longest,
  );
  if (keptMs < slo.window)
    return {
      path: ['slos', name, 'window'],
      result: 'bad',
      message: `Prometheus keeps ${kept}, and the window is ${formatDuration(slo.window)}`,
      fix,
    };
  return { ...at, result: 'good', message: `Prometheus keeps ${kept}` };
}

async function askObjective([name, slo]: Named, question: Question): Promise<readonly Asked[]> {
  const { bad, all } = eventsOf(name, slo);
  const kind = kindOf(slo.indicator);
  const path = ['slos', name, 'indicator', kind];
  try {
    const [counted] = await question.instant(all('1h'));
    await question.instant(bad('1h'));
    const told =
      counted === undefined
        ? unseen(kind, question)
        : `Prometheus has ${Math.round(counted.value)} events of the last hour`;
    const unlike = kind === 'expression' ? await askLabels(slo, question) : undefined;
    if (unlike !== undefined) return [{ path, result: 'bad', ...unlike }];
    const events: Asked = { path, result: counted === undefined ? 'unknown' : 'good', message: told };
    return [events, ...(await askBucket(name, slo, question))];
  } catch (error) {
    const fix = kind === 'expression' ? 'try it in Prometheus, with 1h in place of $window' : 'ask Prometheus again';
    return [{ path, result: 'bad', message: question.said(error), fix }];
  }
}

/** Whether both sides of an expression keep the same of the labels by which events are matched. */
async function askLabels({ indicator: { expression } }: SloSettings, { instant, scope }: Question) {
  const part = expression?.bad === undefined ? 'good' : 'bad';
  const labelsOf = async (text = ''): Promise<string | undefined> => {
    const samples = await instant(asWritten(text, '1h'));
    if (samples.length === 0) return undefined;
    const kept = scope.kept.filter((label) => samples.some(({ labels }) => (labels[label] ?? '') !== ''));
    return kept.join(', ') || 'none';
  };
  const [whole, some] = [await labelsOf(expression?.total), await labelsOf(expression?.[part])];
  if (whole === undefined || some === undefined || whole === some) return undefined;
  const by = whole === 'none' ? some : whole;
  return {
    message: `total and ${part} are not by the same labels: total has ${whole}, and ${part} has ${some}`,
    fix: `write the same in both, as sum by (${by}) (…)`,
  };
}

function unseen(kind: IndicatorKind, { scope }: Question): string {
  const none = 'Prometheus has no event of the last hour';
  if (kind === 'expression') return none;
  return `${none}: is it scraped as the job ${scope.jobs[kind === 'ready' || kind === 'check' ? 'checks' : 'app']}?`;
}

/** Whether the threshold is a bucket, as far as Prometheus has scraped it. */
async function askBucket(name: string, { indicator }: SloSettings, question: Question): Promise<readonly Asked[]> {
  const { histogram, selector = '', threshold = 0 } = indicator;
  if (histogram === undefined) return [];
  const matchers = eventsOf(name, { indicator }).all('1h').replaceAll(`${histogram}_count`, `${histogram}_bucket`);
  const series = /increase\(([\s\S]*)\[1h\]\)/.exec(matchers)?.[1];
  if (series === undefined || parseMatchers(selector) === undefined) return [];
  const bounds = (await question.instant(`count(${series}) by (le)`)).map(({ labels }) => labels.le ?? '');
  return bounds.length === 0
    ? []
    : [{ path: ['slos', name, 'indicator', 'threshold'], ...judgeBuckets(histogram, threshold, bounds) }];
}
