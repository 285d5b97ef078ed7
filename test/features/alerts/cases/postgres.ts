// The alerts of the pack `postgres`, each quiet, loud, and quiet again.
import type { Case } from '../case.ts';
import * as load from './postgres-load.ts';
import * as replication from './postgres-replication.ts';
import * as upkeep from './postgres-upkeep.ts';

export const cases: readonly Case[] = [...load.cases, ...replication.cases, ...upkeep.cases];
