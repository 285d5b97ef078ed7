// What the author of right settings should know: what is written and has no effect with what is configured.
import type { Facts } from '../generate.ts';
import { packs as catalogue } from './catalogue/index.ts';
import { isFed, isOn, namedIn } from './chosen.ts';
import { type AlertsSettings, overrideOf } from './settings.ts';

export function notesOn(settings: AlertsSettings, facts: Facts): readonly string[] {
  const asked = namedIn(settings.packs);
  return catalogue.flatMap((pack) => {
    const listed = asked.includes(pack.name);
    const on = isOn(pack, settings, facts);
    // The alerts of clusters are there whatever the configuration says.
    const fed = pack.name === 'kubernetes' || pack.auto(facts);
    return [
      ...(listed && !fed
        ? [`alerts.packs names ${pack.name}, and nothing of the configuration has its series: its alerts never fire`]
        : []),
      ...pack.alerts.flatMap((alert) => {
        const { name } = alert;
        const off = settings.disabled.includes(name);
        if (overrideOf(settings, name) === undefined) return [];
        if (off) return [`alerts.${name} has no effect: alerts.disabled names it`];
        if (!on) return [`alerts.${name} has no effect: its pack, ${pack.name}, is off`];
        return isFed(alert, facts) ? [] : [`alerts.${name} has no effect: nothing of the configuration has its series`];
      }),
    ];
  });
}
