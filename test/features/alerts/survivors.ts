// Mutants that no case can notice, and why.

/** By the mutant's id; `*` stands for any text. */
export const explained: Readonly<Record<string, string>> = {
  '*: > 1 → > 1.2 at *': 'it counts, and a count is whole',
  'DeploymentReplicasMissing: on (deployment) → on () at *': 'a service has one deployment, which is named after it',
  'PostgresReplicaNotStreaming: ALERTS{ → ALERTS_renamed{ at *': 'it matters after a day: lasting.test.ts shows it',
  'slo:sli_errors:increase*: sidewarden_slo_events_total{ → sidewarden_slo_events_total_renamed{ at 11*':
    'what has not happened yet counts as 0, of which no alert fires: objectives.test.ts shows it',
  'SloNotMeasured: slo:sli_events:increase30m{ → slo:sli_events:increase30m_renamed{ at 75':
    'no case counts a histogram: objectives.test.ts shows one without the bucket',
  'the silence of slo: ALERTS{ → ALERTS_renamed{ at 422': 'it matters after six hours: lasting.test.ts shows it',
  'the silence of slo: no unless ALERTS{*': 'it matters after six hours: lasting.test.ts shows it',
  'SidecarRestarting: threshold × 1.2': 'it counts, and a count is whole',
};

export const isExplained = (id: string, patterns = Object.keys(explained)): boolean =>
  patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(id);
  });
