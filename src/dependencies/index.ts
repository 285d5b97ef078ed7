// The list of dependency types. Adding one is its folder and its name here: CONTRIBUTING.md.
import type { Definition } from './define.ts';
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

/** The variables that turn a check on where there is no file, in the order of the types. */
export const shorthandsOf = (types: readonly Definition[]): readonly string[] =>
  types.flatMap(({ environment }) => environment?.variable ?? []);
export const shorthands = shorthandsOf(definitions as readonly Definition[]);
