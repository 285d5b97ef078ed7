// The one reading of every URL at which an AWS client asks: a setting, a variable, a line of a profile.
import { readUrl } from '../../core/url.ts';

/**
 * @param query whether the client sends a query: it does to the endpoint of a container.
 * @returns what is wrong, phrased to follow a name; no part of the text, which can hold a password. Pure.
 */
export function endpointProblem(text: string, { query = false } = {}): string | undefined {
  const read = readUrl(text, { schemes: ['https', 'http'], query });
  if ('problem' in read) return read.problem;
  const { username, password } = read.url;
  if (username !== '' || password !== '') return 'must be a URL without user and password: nobody would send them';
  return undefined;
}
