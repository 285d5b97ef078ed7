// The packs, in the order in which they are written.
import type { Pack } from '../pack.ts';
import { app } from './app.ts';
import { elasticsearch } from './elasticsearch.ts';
import { forecast } from './forecast.ts';
import { kms } from './kms.ts';
import { kubernetes } from './kubernetes.ts';
import { postgres } from './postgres.ts';
import { probes } from './probes.ts';
import { redis } from './redis.ts';
import { slo } from './slo.ts';
import { statistics } from './statistics.ts';

export const packs: readonly Pack[] = [
  probes,
  statistics,
  postgres,
  redis,
  elasticsearch,
  kms,
  app,
  slo,
  kubernetes,
  forecast,
];
