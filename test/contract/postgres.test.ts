import { startRig } from './rigs/postgres.ts';
import { runContract } from './suite.ts';

runContract('postgres', startRig);
