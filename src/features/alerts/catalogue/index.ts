// The packs, in the order in which they are written.
import type { Pack } from '../pack.ts';
import { probes } from './probes.ts';
import { statistics } from './statistics.ts';

export const packs: readonly Pack[] = [probes, statistics];
