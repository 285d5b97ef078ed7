// What `sidewarden generate rules` says of a configuration.
import { parse } from 'yaml';
import type { Rule } from '../../../src/features/alerts/rule.ts';
import { runHere } from '../../cli/run-here.ts';
import { fileOf } from '../../config/load.ts';

/** A configuration of each kind of dependency, in which nothing that it needs is there. */
export const everything = `service: shop
token: \${SIDEWARDEN_TOKEN}
checks:
  database: { type: postgres, url: '\${DATABASE_URL}' }
  search: { type: elasticsearch, url: '\${ELASTICSEARCH_URL}' }
  sessions: { type: redis, url: '\${REDIS_URL}' }
  keys: { type: kms, key_id: alias/shop }
  web: { type: http, url: 'http://127.0.0.1:8080/' }
  admin: { type: http, url: 'http://127.0.0.1:8081/' }
app: { prefix: shop, presets: [graphql, http, auth, cache, database, sync, business, audit], statsd: {} }
`;

type Group = { readonly name: string; readonly rules: readonly Rule[] };

/** @returns the groups too, where there are any */
export async function generated(text: string, args: readonly string[] = [], environment = {}) {
  const ended = await runHere(['generate', 'rules', '--config', fileOf(text), ...args], { environment });
  const { groups = [] } = ended.code === 0 ? (parse(ended.stdout) as { groups?: readonly Group[] }) : {};
  const rules = groups.flatMap((group) => group.rules);
  return { ...ended, groups, rules, alert: (name: string) => rules.find(({ alert }) => alert === name) };
}
