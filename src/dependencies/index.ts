// The list of dependency types. Adding one is its folder and its name here: CONTRIBUTING.md.
import { dns } from './dns/index.ts';
import { elasticsearch } from './elasticsearch/index.ts';
import { http } from './http/index.ts';
import { kms } from './kms/index.ts';
import { postgres } from './postgres/index.ts';
import { redis } from './redis/index.ts';
import { tcp } from './tcp/index.ts';
import { tls } from './tls/index.ts';

export const definitions = [
  // One a line, in the order in which tables and messages show them.
  postgres,
  elasticsearch,
  redis,
  kms,
  http,
  tcp,
  tls,
  dns,
] as const;
