import { startRig } from './rigs/kms.ts';
import { runContract } from './suite.ts';

runContract('kms', startRig);
