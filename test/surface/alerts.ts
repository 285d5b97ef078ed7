// The alerts, each with what routes, silences and overrides rely on; the recorded series, which boards read.
import { packs } from '../../src/features/alerts/catalogue/index.ts';
import { type Alert, type Recording, recordingsOf } from '../../src/features/alerts/pack.ts';
import { settings } from '../../src/features/slos/settings.ts';
import { factsWith } from '../features/alerts/objectives.ts';

/** Of each objective there are the same series, with its name as the label `slo`. */
const facts = factsWith(settings.parse({ name: { indicator: { ready: true }, objective: 99.9, sla: 99 } }));

export const alerts = (): readonly string[] =>
  packs.flatMap((pack) => [
    ...pack.alerts.map((alert) => `${pack.name}: ${textOf(alert)}`),
    ...recordingsOf(pack, facts).map((recording) => `${pack.name}: ${seriesText(recording)}`),
  ]);

function textOf({ name, severity, for: time, threshold, labels }: Alert): string {
  const { value, least, most, unit } = threshold ?? {};
  const range = threshold === undefined ? '' : `; threshold ${value} ${unit} from ${least} to ${most}`;
  return `${name} ${severity} for ${time}${range}; labels ${labels.join(' ') || 'none'}`;
}

const seriesText = ({ record, labels = {} }: Recording): string =>
  [`record ${record}`, ...Object.entries(labels).map(([name, value]) => `${name}=${value}`)].join(' ');
