// What this process counts of its questions to Prometheus.
import type { OwnFamily } from '../../../core/own-family.ts';
import { classes } from '../../../dependencies/http/settings.ts';

const family = (name: string, type: OwnFamily['type'], labels: readonly string[], help: string): OwnFamily => ({
  ...{ name: `sidewarden_slo_prometheus_${name}`, type, labels, help, detail: 'default', for: 'alerts' },
});

export const serviceFamilies = {
  up: family('up', 'gauge', [], '1 if Prometheus answered every question when it was asked last, else 0.'),
  duration: family('duration_seconds', 'gauge', [], 'How long the questions of the last round took together.'),
  failures: family('failures_total', 'counter', ['class'], 'Questions to Prometheus that failed, by error class.'),
} as const;

/** Of questions that fail. */
export const failureClasses = classes;
