// The server whose statistics are read, as the URL names it: of several the first, until one was reached.

import { labelOf } from './libpq/index.ts';
import { parseNow, type Settings } from './settings.ts';

/** `host:port`, the label `instance`. */
export function instanceOf({ url, statistics_url = url }: Settings): string {
  const parsed = parseNow(statistics_url);
  const server = parsed !== undefined && 'target' in parsed ? parsed.target.servers[0] : undefined;
  return server === undefined ? 'postgres' : labelOf(server);
}
