// The feature `slos`: objectives, which events are counted for, in this process and in Prometheus.
import { defineFeature } from '../define.ts';
import { settings } from './settings.ts';

export const slos = defineFeature({ key: 'slos', settings, reads: ['prometheus', 'app', 'alerts'] });
