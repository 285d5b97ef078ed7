// The feature `alerts`: rules for Prometheus, generated from the configuration. It does nothing in the daemon.
import { defineFeature } from '../define.ts';
import { problemsOf } from './problems.ts';
import { settings } from './settings.ts';

export const alerts = defineFeature({
  key: 'alerts',
  settings,
  problems: problemsOf,
  parts: {
    rules: { summary: 'alerts and recording rules for Prometheus', load: () => import('./rules.ts') },
  },
});
