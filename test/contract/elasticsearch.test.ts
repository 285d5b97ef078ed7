import { startRig } from './rigs/elasticsearch.ts';
import { runContract } from './suite.ts';

runContract('elasticsearch', startRig);
