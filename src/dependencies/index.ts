// The list of dependency types. Adding one is its folder and its line here.
import { dns } from './dns/index.ts';
import { elasticsearch } from './elasticsearch/index.ts';
import { http } from './http/index.ts';
import { kms } from './kms/index.ts';
import { postgres } from './postgres/index.ts';
import { redis } from './redis/index.ts';
import { tcp } from './tcp/index.ts';
import { tls } from './tls/index.ts';

export const definitions = [postgres, elasticsearch, redis, kms, http, tcp, tls, dns] as const;

export type DependencyType = (typeof definitions)[number]['type'];

/** The definition of a type by its name, its own settings' types kept. */
export function definitionOf<Type extends DependencyType>(
  type: Type,
): Extract<(typeof definitions)[number], { type: Type }> {
  return definitions.find((definition) => definition.type === type) as Extract<
    (typeof definitions)[number],
    { type: Type }
  >;
}
