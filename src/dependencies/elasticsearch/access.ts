// Where the nodes are and who asks them, as the settings and their files say now.
import { Failure } from '../../core/failure.ts';
import { reveal, revealPassword, whose } from '../credentials.ts';
import { type Node, parseUrls } from './nodes.ts';
import type { ElasticsearchSettings } from './settings.ts';

/** As the client takes them. */
export type Credentials = { readonly apiKey: string } | { readonly username: string; readonly password: string };

/** @throws Failure `auth` for a file that cannot be read, `misconfig` for one that holds no URL. */
export function readNodes({ url }: Pick<ElasticsearchSettings, 'url'>): readonly [Node, ...Node[]] {
  const parsed = parseUrls(reveal(url));
  if ('nodes' in parsed) return parsed.nodes;
  throw new Failure('misconfig', `the URL${whose(url)} ${parsed.problem}`);
}

/**
 * One log-in for all nodes: the API key, else the user of the settings, else that of the first URL which names one, as
 * Elastic's client has it; undefined: the nodes are asked without any.
 * @throws Failure `auth` for a file that cannot be read.
 */
export function readCredentials(nodes: readonly Node[], settings: ElasticsearchSettings): Credentials | undefined {
  const key = settings.api_key_file ?? settings.api_key;
  if (key !== undefined) return { apiKey: reveal(key) };
  const named = nodes.find((node) => node.username !== '');
  const username = settings.username ?? named?.username ?? '';
  const password = revealPassword(settings) ?? named?.password ?? '';
  return username === '' ? undefined : { username, password };
}
