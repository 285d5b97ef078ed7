// The notation of expressions in the catalogue, and the PromQL that is made of it.
//
// It is PromQL, with these additions:
// - A selector has braces, `pg_up{}`: the job that has the family is added to it, and `service` to a recorded series and
//   to `ALERTS`; each also gets the matchers of `alerts.select`. What Prometheus says of each scrape is asked of another one by `up{job="app"}`.
// - `$app_queries_total{}` is `queries_total` of the catalogue of app metrics, under the service's prefix.
// - `by (check)` and `on (check)` have the labels that every series keeps before their own: `namespace`, and those of
//   `alerts.external` and `alerts.select`.
// - `check=~"$own"` are the checks that ask the service itself.
// - `alertname=~"$prefix(A|B)"` are alerts by their names of the catalogue.
// - What `asItStands` gives is not touched.
// - `$threshold` is the alert's number, and `$service` the name of the service. In a regular expression, as in
//   `pod=~"$service-[0-9]+"`, it matches itself alone.
import { loopFamilies, ownPrefix, promFamilies } from '../../core/detail.ts';
import { families } from '../../core/names.ts';

/** Which of the jobs that scrape a pod has a family; `none`: it comes from elsewhere, as those of Kubernetes. */
export type Job = 'checks' | 'statistics' | 'app' | 'none';

export type Scope = {
  /** The `job` of each scrape. */
  readonly jobs: Readonly<Record<Exclude<Job, 'none'>, string>>;
  readonly service: string;
  /** As it was written; the series of Kubernetes are those of this namespace. */
  readonly namespace?: string;
  /** Of the names of alerts; empty: none. */
  readonly alertPrefix: string;
  /** Matchers that every selector gets, by label. */
  readonly select?: Readonly<Record<string, string>>;
  /** Of the app's metrics, without `_`; empty: none. */
  readonly prefix: string;
  /** Names of the checks that ask the service itself, and not what it depends on. */
  readonly own: readonly string[];
  /** What every `by` and `on` keeps. */
  readonly kept: readonly string[];
};

const ofChecks = new Set<string>([
  ...Object.values(families).map(({ name }) => name),
  ...[...promFamilies, ...loopFamilies].map(({ name }) => `${ownPrefix}${name}`),
  // What Prometheus itself says of the scrape.
  ...['up', 'scrape_duration_seconds', 'scrape_samples_post_metric_relabeling'],
]);
const scrapes = ['checks', 'statistics', 'app'] as const satisfies readonly Job[];
const suffixes = /_(?:bucket|sum|count)$/;
const ofFeatures = /^sidewarden_(?:app|slo)_/;
const ofCluster = /^(?:kube_|kubelet_|container_)/;

/** The job that has the family. */
export function jobOf(metric: string): Job {
  if (metric.startsWith('$app_')) return 'app';
  if (ofCluster.test(metric)) return 'none';
  if (ofFeatures.test(metric) || ofChecks.has(metric) || ofChecks.has(metric.replace(suffixes, ''))) return 'checks';
  return 'statistics';
}

const selector = /(\$app_)?([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[^{}"]|"(?:[^"\\]|\\.)*")*)\}/g;
const grouping = /\b(by|on)\s*\(([^()]*)\)/g;
const placeholder = /\$(?:<(\d+)>|(threshold\b|service\b|literal\b|own\b|prefix))/g;
const quoted = (text: string): string => JSON.stringify(text);
/** What matches a string alone, as a regular expression of Prometheus. */
export const asPattern = (text: string): string => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);
/** The same inside quotes. */
const literal = (text: string): string => quoted(asPattern(text)).slice(1, -1);
/** The text of a regular expression. */
const pattern = /(?<=[=!]~")(?:[^"\\]|\\.)*(?=")/g;

/** PromQL in which nothing is notation: users write it. */
export const asItStands = (promql: string): string => `\u{e000}${promql}\u{e001}`;
const standing = /\u{e000}([^\u{e001}]*)\u{e001}/gu;

/** PromQL of the notation. @throws when a `$` is left that stands for nothing */
export function expand(expr: string, scope: Scope, threshold?: number): string {
  // Names come last, in one pass, so that nothing in them is taken for notation.
  const names: string[] = [];
  const hold = (text: string): string => `$<${names.push(text) - 1}>`;
  const held = (name: string): string => hold(quoted(name));
  const select = Object.entries(scope.select ?? {}).map(([label, value]) => `${label}=${held(value)}`);
  const notation = expr
    .replaceAll(standing, (_, promql: string) => hold(promql))
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(pattern, (text) => text.replaceAll('$service', '$$literal'))
    .replaceAll(selector, (_, app: string | undefined, name: string, matchers: string) => {
      if (name.includes(':') || name === 'ALERTS')
        return `${name}{${joined(`service=${held(scope.service)}`, ...select, matchers)}}`;
      const asked = scrapes.find((one) => matchers.startsWith(`job="${one}"`));
      const job = asked ?? jobOf(`${app ?? ''}${name}`);
      const own = asked === undefined ? matchers : matchers.replace(/^[^,]*,?\s*/, '');
      const full = app === undefined || scope.prefix === '' ? name : `${scope.prefix}_${name}`;
      if (job === 'none') {
        const { namespace } = scope;
        const asked = namespace === undefined || scope.select?.namespace !== undefined;
        const all = joined(asked ? '' : `namespace=${held(namespace)}`, ...select, matchers);
        return all === '' ? full : `${full}{${all}}`;
      }
      return `${full}{${joined(`job=${held(scope.jobs[job])}`, ...select, own)}}`;
    })
    .replaceAll(grouping, (_, word: string, labels: string) => `${word} (${joined(scope.kept.join(', '), labels)})`);
  const known: Readonly<Record<string, string>> = {
    service: quoted(scope.service).slice(1, -1),
    literal: literal(scope.service),
    prefix: scope.alertPrefix,
    own: scope.own.map(literal).join('|'),
    ...(threshold === undefined ? {} : { threshold: String(threshold) }),
  };
  const promql = notation.replaceAll(placeholder, (whole, index: string | undefined, word: string) =>
    index === undefined ? (known[word] ?? whole) : (names[Number(index)] ?? whole),
  );
  if (notation.includes('$app_') || (threshold === undefined && notation.includes('$threshold')))
    throw new Error(`the expression has a $ that stands for nothing: ${expr}`);
  return promql;
}

const joined = (...parts: readonly string[]): string => parts.filter((part) => part.trim() !== '').join(', ');

/** The recorded series that an expression reads. */
export const recordsIn = (expr: string): readonly string[] =>
  [...expr.matchAll(selector)].flatMap(([, , name = '']) => (name.includes(':') ? [name] : []));
