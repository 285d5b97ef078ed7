import { startRig } from './rigs/dns.ts';
import { runContract } from './suite.ts';

runContract('dns', startRig);
