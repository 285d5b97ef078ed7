import { startRig } from './rigs/tcp.ts';
import { runContract } from './suite.ts';

runContract('tcp', startRig);
