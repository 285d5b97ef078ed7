// The server whose statistics are read, as the URL names it: of several the first, until one was reached.

import { labelOf } from './libpq/index.ts';
import { parseNow, type Settings } from './settings.ts';

/** `host:port`, the label `instance`. */
export function instanceOf({ url, statistics_url = url }: Settings): string {
  const parsed = parseNow(statistics_url);
  const place = parsed !== undefined && 'target' in parsed ? parsed.target.places[0] : undefined;
  return place === undefined ? 'postgres' : labelOf(place);
}
