// Which packs, alerts and recording rules there are with these settings and facts. Pure.
import type { Facts } from '../generate.ts';
import { recordsIn } from '../prometheus/expression.ts';
import { packs as catalogue } from './catalogue/index.ts';
import { type Alert, type Pack, type Recording, recordingsOf } from './pack.ts';
import type { AlertsSettings } from './settings.ts';

export type Chosen = {
  readonly pack: Pack;
  readonly recordings: readonly Recording[];
  readonly alerts: readonly Alert[];
};

/** `auto` and packs. */
export const namedIn = (packs: AlertsSettings['packs']): readonly string[] =>
  typeof packs === 'string' ? [packs] : packs;

/** Whether the pack is asked for, by name or by `auto`. */
export function isOn(pack: Pack, { packs }: Pick<AlertsSettings, 'packs'>, facts: Facts): boolean {
  const asked = namedIn(packs);
  return asked.includes(pack.name) || (asked.includes('auto') && pack.auto(facts));
}

/** Whether the configuration can have the series of an alert or a recording rule. */
export function isFed({ when, preset }: Pick<Alert, 'when' | 'preset'>, facts: Facts): boolean {
  return (when?.(facts) ?? true) && (preset === undefined || presetsOf(facts).includes(preset));
}

const presetsOf = (facts: Facts): readonly string[] =>
  (facts.settingsOf('app') as { readonly presets?: readonly string[] } | undefined)?.presets ?? [];

/** The packs that have anything, in the order of the catalogue. */
export function chosen(settings: AlertsSettings, facts: Facts): readonly Chosen[] {
  const on = catalogue.map((pack) => {
    const alerts = isOn(pack, settings, facts)
      ? pack.alerts.filter((alert) => isFed(alert, facts) && !settings.disabled.includes(alert.name))
      : [];
    return { pack, alerts };
  });
  const recordings = new Map(catalogue.map((pack) => [pack, recordingsOf(pack, facts)]));
  const rules = Map.groupBy([...recordings.values()].flat(), ({ record }) => record);
  const needed = recordsOf(
    on.flatMap(({ pack, alerts }) => readBy(pack, alerts, facts)),
    rules,
  );
  const ofAlerts = recordsOf(
    catalogue.flatMap((pack) => readBy(pack, pack.alerts, facts)),
    rules,
  );
  /** A rule that no alert of the catalogue reads is there for people and boards. */
  const isKept = (pack: Pack, recording: Recording): boolean =>
    needed.has(recording.record) ||
    ((recording.kept === true || !ofAlerts.has(recording.record)) &&
      isOn(pack, settings, facts) &&
      isFed(recording, facts));
  return on
    .map(({ pack, alerts }) => ({
      ...{ pack, alerts },
      recordings: (recordings.get(pack) ?? []).filter((one) => isKept(pack, one)),
    }))
    .filter(({ alerts, recordings }) => alerts.length + recordings.length > 0);
}

/** All that these alerts of a pack ask. */
const readBy = (pack: Pack, alerts: readonly Alert[], facts: Facts): readonly string[] => [
  ...alerts.flatMap(({ expr, unless }) => [expr, unless?.(facts) ?? '']),
  ...(pack.silence !== undefined && alerts.some(({ despite }) => despite !== true) ? [pack.silence] : []),
];

/** The recorded series that expressions read, and those that these are made of. @param rules by what they record */
function recordsOf(exprs: readonly string[], rules: ReadonlyMap<string, readonly Recording[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (expr: string): void => {
    for (const name of recordsIn(expr)) {
      if (found.has(name)) continue;
      found.add(name);
      for (const { expr: of } of rules.get(name) ?? []) visit(of);
    }
  };
  for (const expr of exprs) visit(expr);
  return found;
}
