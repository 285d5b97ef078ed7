// Which series are those of the service, as the settings of `alerts` and `app` say.
import type { Scope } from './expression.ts';

/** Of the settings of `alerts`, what decides it. */
export type ScopeSettings = {
  readonly jobs: {
    readonly checks?: string | undefined;
    readonly statistics?: string | undefined;
    readonly app?: string | undefined;
  };
  readonly external: readonly string[];
  readonly select: Readonly<Record<string, string>>;
  readonly prefix?: string | undefined;
};

/** What is known of the service, whichever way. */
export type ScopeFacts = {
  readonly service: string;
  /** As it was written. */
  readonly namespace: string | undefined;
  /** The settings of `app`. */
  readonly app: unknown;
  /** Names of the checks that ask the service itself. */
  readonly own: readonly string[];
};

/** Of a configuration without `alerts`. */
const unsaid: ScopeSettings = { jobs: {}, external: [], select: {} };

/** @param alerts the settings of `alerts`, where the configuration has them */
export function scopeOf(
  { jobs, external, select, prefix = '' }: ScopeSettings = unsaid,
  { service, namespace, app, own }: ScopeFacts,
): Scope {
  return {
    jobs: {
      checks: jobs.checks ?? `${service}-sidewarden`,
      statistics: jobs.statistics ?? `${service}-statistics`,
      app: jobs.app ?? `${service}-app`,
    },
    service,
    ...(namespace === undefined ? {} : { namespace }),
    alertPrefix: prefix,
    select: sorted(select),
    prefix: (app as { readonly prefix?: string } | undefined)?.prefix ?? '',
    own,
    kept: keptOf([...external, ...Object.keys(select)]),
  };
}

/** In the order of their names, `namespace` last. */
const keptOf = (labels: readonly string[]): readonly string[] => {
  const others = new Set(labels);
  others.delete('namespace');
  return [...[...others].toSorted(), 'namespace'];
};

/** By their names. */
export const sorted = (texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(texts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
