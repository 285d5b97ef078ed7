import { startRig } from './rigs/tls.ts';
import { runContract } from './suite.ts';

runContract('tls', startRig);
