// What the parts of `generate` may know of a configuration, and which values of it therefore matter.
import type { ConfiguredCheck } from '../checks/plan-of.ts';
import type { Configuration } from '../config/configuration.ts';
import { at, isKind } from '../config/shape.ts';
import type { Assumable } from '../config/unset.ts';
import { gates } from '../core/check.ts';
import { seatsOf } from '../dependencies/seats.ts';
import type { Facts } from '../features/generate.ts';
import { features } from '../features/index.ts';

/** Types by which a check can ask the service itself. */
const ownTypes: ReadonlySet<string> = new Set(['http', 'tcp']);
/** Where such a check says whom it asks. */
const targets: ReadonlySet<string> = new Set(['url', 'address', 'socket']);

const isOwn = ({ definition, gates, settings }: ConfiguredCheck): boolean =>
  gates.includes('live') || (ownTypes.has(definition.type) && definition.local?.(settings) === true);

export function factsOf(configuration: Configuration): Facts {
  const { service, namespace, metrics, checks, statistics } = configuration;
  const seats = seatsOf(checks, statistics.mode);
  return {
    service,
    ...(namespace === undefined ? {} : { namespace }),
    detail: metrics.detail,
    checks: checks
      .map((check) => ({
        name: check.name,
        type: check.definition.type,
        required: check.required,
        own: isOwn(check),
        gates: gates.filter((gate) => check.gates.includes(gate)),
        statistics: seats.get(check.name)?.mode ?? ('off' as const),
      }))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    settingsOf: (key) => configuration.features.find(({ feature }) => feature.key === key)?.settings,
  };
}

/** Of what stands beside `checks` and is no feature's. */
const ofTop: ReadonlySet<string> = new Set(['service', 'namespace', 'metrics', 'checks']);
/** Of a check; `expect` decides where replicas elect, and so who reads statistics. */
const ofCheck: ReadonlySet<string> = new Set(['type', 'required', 'gates', 'expect']);

/** Whether no fact comes of the value at a path: secrets, addresses, times. */
export const isNoFact: Assumable = (path, written) => {
  const [top, ...rest] = path;
  const feature = features.find(({ key }) => key === top);
  if (feature !== undefined) return isKind(at([feature.settings], rest), 'secret');
  if (top === 'statistics') return rest[0] !== 'mode' && rest.length > 0;
  if (top === 'defaults') return rest[0] !== 'gates' && rest.length > 0;
  if (top !== 'checks') return !ofTop.has(String(top));
  const [name, key, inner] = rest;
  if (targets.has(String(key)) && ownTypes.has(typeOf(written, String(name)))) return false;
  if (key === 'statistics') return inner !== undefined && inner !== 'mode';
  return key !== undefined && !ofCheck.has(String(key));
};

/** As the file has it: whom a check asks matters for some types only. */
function typeOf(written: unknown, name: string): string {
  const { checks } = (written ?? {}) as { readonly checks?: Readonly<Record<string, unknown>> };
  const check = checks?.[name] as { readonly type?: unknown } | undefined;
  return typeof check?.type === 'string' ? check.type : name;
}
