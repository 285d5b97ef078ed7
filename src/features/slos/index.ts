// The feature `slos`: objectives, which events are counted for, in this process and in Prometheus.
import { defineFeature } from '../define.ts';
import { families, seriesOf, stateUp } from './families.ts';
import { notesOn } from './notes.ts';
import { problemsOf } from './problems.ts';
import { serviceFamilies } from './service/families.ts';
import { settings } from './settings.ts';

export const slos = defineFeature({
  key: 'slos',
  settings,
  reads: ['prometheus', 'app', 'alerts'],
  families: [...Object.values(families), stateUp, ...Object.values(serviceFamilies)],
  series: (settings) => seriesOf(Object.keys(settings).length),
  commands: { slo: { summary: 'tell how the objectives stand', load: () => import('./command.ts') } },
  notes: notesOn,
  problems: problemsOf,
  online: () => import('./online/index.ts'),
  load: async () => (await import('./feature.ts')).working,
});
