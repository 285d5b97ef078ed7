// One rule as Prometheus reads it: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
import type { Facts } from '../generate.ts';
import { expand, type Scope } from '../prometheus/expression.ts';
import type { Alert, Pack, Recording, Severity } from './pack.ts';

export type Rule = {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
};

/** What the configuration says of an alert beside the catalogue, and of all of them. */
export type Asked = {
  readonly scope: Scope;
  /** Of all alerts. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** URL of the runbook, in which `{alert}` stands for the name of the catalogue. */
  readonly runbooks?: string;
  /** Of this alert. */
  readonly override?: Override;
};

export type Override = {
  readonly threshold?: number | undefined;
  /** A duration of Prometheus. */
  readonly for?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly runbook?: string | undefined;
};

export function recordingRule({ record, expr, labels }: Recording, scope: Scope): Rule {
  return { record, expr: expand(expr, scope), labels: { service: scope.service, ...scope.select, ...labels } };
}

/** Which service, and which of its checks or objectives: it stands alone in the title of a chat, or on a phone. */
const summaryOf = ({ summary, labels }: Alert, { service }: Scope): string => {
  const of = ['check', 'slo'].find((label) => labels.includes(label));
  return `${service}${of === undefined ? '' : ` {{ $labels.${of} }}`}: ${summary}`;
};

export function alertRule(alert: Alert, pack: Pick<Pack, 'silence'>, asked: Asked): Rule {
  const { scope, override = {} } = asked;
  const silence = alert.despite === true ? undefined : pack.silence;
  const expr = silence === undefined ? alert.expr : `(${alert.expr}) unless ${silence}`;
  const time = override.for ?? alert.for;
  const runbook = override.runbook ?? asked.runbooks?.replaceAll('{alert}', alert.name);
  const namespace = alert.absent === true && scope.namespace !== undefined ? { namespace: scope.namespace } : {};
  return {
    alert: `${scope.alertPrefix}${alert.name}`,
    expr: expand(expr, scope, override.threshold ?? alert.threshold?.value),
    ...(time === '0s' ? {} : { for: time }),
    labels: {
      severity: override.severity ?? alert.severity,
      service: scope.service,
      ...namespace,
      ...scope.select,
      ...asked.labels,
      ...override.labels,
    },
    annotations: {
      summary: summaryOf(alert, scope),
      description: alert.description.replaceAll(/\$app_(?=\w)/g, scope.prefix === '' ? '' : `${scope.prefix}_`),
      ...(runbook === undefined ? {} : { runbook_url: runbook }),
      ...asked.annotations,
      ...override.annotations,
    },
  };
}

/**
 * The rules of an alert with these facts: one, or a page and a warning where some are not to wake anybody. An override that
 * makes the page a warning makes it one for all.
 */
export function alertRules(alert: Alert, pack: Pick<Pack, 'silence'>, asked: Asked, facts: Facts): readonly Rule[] {
  const { unpaged } = alert;
  const unless = alert.unless?.(facts);
  const page = unless === undefined ? alert : { ...alert, expr: `(${alert.expr}) unless ${unless}` };
  if (unpaged?.when(facts) !== true) return [alertRule(page, pack, asked)];
  const { severity = 'critical', ...override } = asked.override ?? {};
  if (severity !== 'critical') return [alertRule({ ...alert, despite: true, expr: unpaged.all }, pack, asked)];
  const warning = { ...alert, despite: true, severity: 'warning', expr: unpaged.expr } as const;
  return [alertRule(page, pack, asked), alertRule(warning, pack, { ...asked, override })];
}
