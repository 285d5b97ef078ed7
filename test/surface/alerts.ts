// The alerts, each with what routes, silences and overrides rely on; the recorded series, which boards read.
import { packs } from '../../src/features/alerts/catalogue/index.ts';
import type { Alert, Recording } from '../../src/features/alerts/pack.ts';

export const alerts = (): readonly string[] =>
  packs.flatMap(({ name, alerts: ofPack, recordings }) => [
    ...ofPack.map((alert) => `${name}: ${textOf(alert)}`),
    ...recordings.map((recording) => `${name}: ${seriesText(recording)}`),
  ]);

function textOf({ name, severity, for: time, threshold, labels }: Alert): string {
  const { value, least, most, unit } = threshold ?? {};
  const range = threshold === undefined ? '' : `; threshold ${value} ${unit} from ${least} to ${most}`;
  return `${name} ${severity} for ${time}${range}; labels ${labels.join(' ') || 'none'}`;
}

const seriesText = ({ record, labels = {} }: Recording): string =>
  [`record ${record}`, ...Object.entries(labels).map(([name, value]) => `${name}=${value}`)].join(' ');
