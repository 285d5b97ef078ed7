// How the nodes of one check are written, and named for people.
import type { Secret } from '../../core/secret.ts';

/**
 * The URLs in a text with commas between them; a comma that no http:// or https:// follows is part of its URL.
 * So Elastic's Go client reads ELASTICSEARCH_URL: https://pkg.go.dev/github.com/elastic/go-elasticsearch/v8
 * One that is written twice, in whatever way, is one node; another user or path makes it another.
 * @returns undefined when one of them is no http or https URL.
 */
export function parseUrls(text: string): readonly [URL, ...URL[]] | undefined {
  const texts = text.trim().split(/\s*,\s*(?=https?:\/\/)/i);
  const urls = texts.flatMap((one) => (URL.canParse(one) ? [new URL(one)] : []));
  // A URL's host may hold a comma by the letter; it is the https:// of the next node that was forgotten.
  const fits = ({ protocol, hostname }: URL): boolean => /^https?:$/.test(protocol) && !hostname.includes(',');
  if (urls.length < texts.length || !urls.every(fits)) return undefined;
  const [first, ...others] = new Map(urls.map((url) => [url.href, url])).values();
  return first && [first, ...others];
}

/** `host:port` */
export const nameOf = ({ protocol, hostname, port }: URL): string =>
  `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;

/** `host:port` of each node; the file's path while the URL is in a file. */
export function hostsOf({ source }: Secret): string {
  if ('file' in source) return source.file;
  return (parseUrls(source.value) ?? []).map(nameOf).join(',');
}
