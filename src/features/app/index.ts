// The feature `app`: the service's own metrics, by its page and by StatsD.
import { defineFeature } from '../define.ts';
import { notesOn, problemsOf } from './problems.ts';
import { families, has, seriesOf, settings } from './settings.ts';

export const app = defineFeature({
  key: 'app',
  settings,
  families: Object.values(families),
  has,
  notes: notesOn,
  problems: problemsOf,
  series: seriesOf,
  load: async (settings) => (await import('./feature.ts')).load(settings),
});
