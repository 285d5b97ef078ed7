// What the replicas count of the objectives of a healthy service: its requests are those of the pack `app`.
import { counter, type Line, steady } from '../case.ts';

const events = (slo: string, bad: number): readonly Line[] => [
  counter(`sidewarden_slo_events_total{slo="${slo}",result="good"}`, 60 - bad, 60 - bad),
  counter(`sidewarden_slo_events_total{slo="${slo}",result="bad"}`, bad, bad),
];

export const lines: readonly Line[] = [
  ...events('availability', 0.01),
  ...events('database', 0.1),
  steady('sidewarden_slo_state_up{}', 1),
  steady('sidewarden_slo_prometheus_up{}', 1),
];
