// The feature `prometheus`: what other features know of the service's Prometheus. It does nothing by itself.
import { defineFeature } from '../define.ts';
import { notesOn, problemsOf } from './problems.ts';
import { settings } from './settings.ts';

export const prometheus = defineFeature({
  key: 'prometheus',
  settings,
  reads: ['slos'],
  problems: problemsOf,
  notes: notesOn,
});
