import { startRig } from './rigs/redis.ts';
import { runContract } from './suite.ts';

runContract('redis', startRig);
