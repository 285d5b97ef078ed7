// The closed sets of words that bodies, labels and the log are made of, and which type can say which.
import { expiryKinds, gates, phaseNotes, resultKinds, statuses, warnings } from '../../src/core/check.ts';
import { statisticsModes } from '../../src/core/collecting.ts';
import { errorClasses } from '../../src/core/failure.ts';
import { logLevels } from '../../src/core/log.ts';
import { reasons, views } from '../../src/core/report.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { judges } from '../../src/features/slos/answer.ts';
import { objectiveStates } from '../../src/features/slos/judging.ts';
import { formats } from '../../src/http/accept.ts';
import { everything } from './metrics.ts';

const sets: Readonly<Record<string, readonly string[]>> = {
  class: errorClasses,
  expiry: expiryKinds,
  format: formats,
  gate: gates,
  judge: judges,
  'log level': logLevels,
  'note of a phase': phaseNotes,
  'objective state': objectiveStates,
  reason: reasons,
  result: resultKinds,
  state: statuses,
  'statistics mode': statisticsModes,
  view: views,
  warning: warnings,
};

export function words(): readonly string[] {
  const ofTypes = (definitions as readonly Definition[]).flatMap((definition) => {
    const { type, phases, classes, keeps, requests, confirmMs } = definition;
    return [
      `${type} (keeps): ${keeps}`,
      `${type} (may gate live): ${definition.local !== undefined}`,
      `${type} (replicas elect at it): ${definition.elects !== undefined}`,
      `${type} (has statistics): ${definition.statistics !== undefined}`,
      ...(confirmMs === undefined ? [] : [`${type} (confirms after): ${confirmMs} ms`]),
      ...phases.map((phase, index) => `${type} phase ${index + 1}: ${phase}`),
      ...classes.map((errorClass) => `${type} class: ${errorClass}`),
      ...[...new Set(Object.values(requests?.(everything) ?? {}).flat())].map(
        (operation) => `${type} operation: ${operation}`,
      ),
    ];
  });
  return [...Object.entries(sets).flatMap(([set, all]) => all.map((word) => `(${set}) ${word}`)), ...ofTypes];
}
