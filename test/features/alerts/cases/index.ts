// The cases of all packs.
import type { Case } from '../case.ts';
import * as app from './app/index.ts';
import * as elasticsearch from './elasticsearch.ts';
import * as forecast from './forecast.ts';
import * as kms from './kms.ts';
import * as kubernetes from './kubernetes.ts';
import * as postgres from './postgres.ts';
import * as probes from './probes.ts';
import * as redis from './redis.ts';
import * as sidecar from './sidecar.ts';
import * as slo from './slo.ts';
import * as statistics from './statistics.ts';

export const cases: readonly Case[] = [
  ...probes.cases,
  ...sidecar.cases,
  ...statistics.cases,
  ...postgres.cases,
  ...redis.cases,
  ...elasticsearch.cases,
  ...kms.cases,
  ...app.cases,
  ...slo.cases,
  ...kubernetes.cases,
  ...forecast.cases,
];
