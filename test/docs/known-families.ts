// Which families an expression may ask for, and with which labels: those of the lists of the public surface, under the names
// and jobs of the examples.
import { parser } from '@prometheus-io/lezer-promql';
import { packs } from '../../src/features/alerts/catalogue/index.ts';
import { recordingsOf } from '../../src/features/alerts/pack.ts';
import { jobOf } from '../../src/features/prometheus/expression.ts';
import { factsWith, few } from '../features/alerts/objectives.ts';
import { read } from './pages.ts';

/** As in the pages: the service is `shop`, and so is the prefix of its metrics. */
export const jobs = { checks: 'shop-sidewarden', statistics: 'shop-statistics', app: 'shop-app' } as const;
const prefix = 'shop_';
/** Of Prometheus itself, of the cluster, and of the library by which a service makes its page. */
const foreign =
  /^(?:up|ALERTS|ALERTS_FOR_STATE|scrape_\w+|prometheus_\w+|alertmanager_\w+|process_\w+|(?:kube|kubelet|container|node)_\w+)$/;
/** What a scrape adds, or Kubernetes, or what `alerts.external` names. */
const added = new Set(['job', 'instance', 'namespace', 'pod', 'container', 'node', 'cluster', 'le', '__name__']);

/** Labels of each family. */
const labels = new Map<string, ReadonlySet<string>>();
const note = (list: string, pattern: RegExp, before = ''): void => {
  for (const line of read(`test/surface/${list}.txt`).split('\n')) {
    const [, name, rest = ''] = pattern.exec(line) ?? [];
    if (name === undefined) continue;
    const own = rest.replaceAll(/\([^)]*\)/g, '').match(/\b[a-z_]+(?=[ =]|$)/g);
    labels.set(`${before}${name}`, new Set(own));
  }
};
note('metrics', /^([a-z_]\w*) (?:gauge|counter|histogram|untyped)(.*)$/);
note('app-metrics', /^\w+: (\w+) (?:gauge|counter|histogram)(.*)$/, prefix);
const recorded = new Set(packs.flatMap((pack) => recordingsOf(pack, factsWith(few)).map(({ record }) => record)));

/** What is wrong with an expression that Prometheus itself would take; what does not parse, too. */
export function problemsOf(expr: string): readonly string[] {
  const problems: string[] = [];
  const at = (node: { readonly from: number; readonly to: number }): string => expr.slice(node.from, node.to);
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) problems.push(`does not parse at: ${expr.slice(node.from, node.from + 30) || 'its end'}`);
      if (node.name !== 'VectorSelector') return;
      const identifier = node.node.getChild('Identifier');
      const name = identifier === null ? undefined : at(identifier);
      const matchers = [...at(node.node).matchAll(/(\w+)\s*(=~|!=|!~|=)\s*"((?:[^"\\]|\\.)*)"/g)];
      if (name !== undefined) problems.push(...problemsOfSelector(name, matchers));
    },
  });
  return problems;
}

function problemsOfSelector(name: string, matchers: readonly RegExpExecArray[]): readonly string[] {
  if (foreign.test(name)) return [];
  if (name.includes(':')) return recorded.has(name) ? [] : [`${name}: no rule records it`];
  const family = labels.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '');
  const own = labels.get(family);
  if (own === undefined) return [`${name}: there is no such family`];
  const job = family.startsWith(prefix) ? jobs.app : jobs[jobOf(family) === 'checks' ? 'checks' : 'statistics'];
  return matchers.flatMap(([, label = '', operator, value]) => {
    if (label === 'job' && operator === '=' && value !== job) return [`${name}: its job is ${job}, not ${value}`];
    return own.has(label) || added.has(label) ? [] : [`${name}: it has no label ${label}`];
  });
}
