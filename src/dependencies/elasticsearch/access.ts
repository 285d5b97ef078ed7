// Where the node is and who asks it, as the settings and their files say now.
import { Failure } from '../../core/failure.ts';
import { reveal, revealPassword } from '../credentials.ts';
import type { ElasticsearchSettings } from './settings.ts';

/** As the client takes them. */
export type Credentials = { readonly apiKey: string } | { readonly username: string; readonly password: string };

/** @throws Failure `auth` for a file that cannot be read, `misconfig` for one that holds no URL. */
export function readNode(settings: ElasticsearchSettings): URL {
  const text = reveal(settings.url);
  if (URL.canParse(text) && /^https?:/i.test(text)) return new URL(text);
  throw new Failure('misconfig', 'the file of the url holds no http or https URL');
}

/**
 * The API key, else the user of the settings, else that of the URL; undefined: the server is asked without any.
 * @throws Failure `auth` for a file that cannot be read.
 */
export function readCredentials(node: URL, settings: ElasticsearchSettings): Credentials | undefined {
  const key = settings.api_key_file ?? settings.api_key;
  if (key !== undefined) return { apiKey: reveal(key) };
  const username = settings.username ?? decode(node.username);
  const password = revealPassword(settings) ?? decode(node.password);
  return username === '' ? undefined : { username, password };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone % stands for itself
  }
}
