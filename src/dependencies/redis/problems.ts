// What the settings of a redis check may not say together. Pure.
import { iamProblems } from '../aws/settings.ts';
import type { SettingsProblem } from '../define.ts';
import { iamProblem } from './iam.ts';
import type { RedisSettings } from './settings.ts';
import { parseRedisUrl } from './url.ts';

/** What excludes each other, and what a URL's text hides. */
export function problems(given: RedisSettings): readonly SettingsProblem[] {
  const found: SettingsProblem[] = [];
  const ways = (['url', 'sentinel', 'cluster'] as const).filter((way) => given[way] !== undefined);
  if (ways.length !== 1) {
    const read = ways.length === 0 ? 'none is' : `${ways.join(' and ')} are`;
    found.push({
      path: [ways[1] ?? 'url'],
      message: `exactly one of url, sentinel and cluster is needed, and ${read} given`,
      fix: ways.length === 0 ? 'write `url: redis://localhost:6379`, with the name of the server' : 'keep one of them',
    });
  }
  if (given.sentinel !== undefined && given.expect === 'replica') {
    found.push({ path: ['expect'], message: 'sentinels name the primary: to watch a replica give its url' });
  }
  if (given.cluster !== undefined) {
    if (given.expect !== 'any')
      found.push({ path: ['expect'], message: 'does not go with cluster, where any node answers' });
    if (given.write !== undefined)
      found.push({ path: ['write'], message: 'does not go with cluster, where a key has one node' });
    if ((given.database ?? 0) !== 0) found.push({ path: ['database'], message: 'a cluster has database 0 only' });
  }
  if (given.write !== undefined && given.expect === 'replica') {
    found.push({ path: ['write'], message: 'a replica cannot be written to' });
  }
  const source = given.url?.source;
  const parsed = source !== undefined && 'value' in source ? parseRedisUrl(source.value) : undefined;
  const url = parsed !== undefined && 'url' in parsed ? parsed.url : undefined;
  const { region, cache_name, serverless } = given;
  found.push(...iamProblems(given, { region, cache_name, serverless }));
  const missing = iamProblem(given, url);
  return missing === undefined ? found : [...found, missing];
}
