// The cases of all packs.
import type { Case } from '../case.ts';
import * as probes from './probes.ts';
import * as sidecar from './sidecar.ts';
import * as statistics from './statistics.ts';

export const cases: readonly Case[] = [...probes.cases, ...sidecar.cases, ...statistics.cases];
