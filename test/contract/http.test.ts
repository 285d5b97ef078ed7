import { startRig } from './rigs/http.ts';
import { runContract } from './suite.ts';

runContract('http', startRig);
