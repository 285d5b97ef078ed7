// How the nodes of one check are written, and named for people.
import { endpointOfUrl, hostPort } from '../../core/endpoint.ts';
import type { Secret } from '../../core/secret.ts';
import { maskedUrl, plainUrl, type ReadUrl, readUrl, type UrlForm } from '../../core/url.ts';

/** The nodes without what lets anybody in. @param text that is right */
export const maskedUrls = (text: string): string =>
  textsOf(text)
    .flatMap((one) => {
      const read = readUrl(one, urlForm);
      return 'url' in read ? [maskedUrl(read.url)] : [];
    })
    .join(',');

/** One node, and who asks it by its URL. */
export type Node = Pick<ReadUrl, 'username' | 'password'> & {
  /** Without the user. */
  readonly url: URL;
};

const urlForm: UrlForm = {
  schemes: ['http', 'https'],
  several: 'each of several nodes begins with http:// or https://, with a comma between',
};

/**
 * The URLs in a string with commas between them; a comma that no http:// or https:// follows is part of its URL.
 * So Elastic's Go client reads ELASTICSEARCH_URL: https://pkg.go.dev/github.com/elastic/go-elasticsearch/v8
 * One that is written twice, in whatever way, is one node; another user or path makes it another.
 * @returns the nodes, never none, or what is wrong, phrased to follow the setting's name; it repeats no part of the text.
 */
export function parseUrls(text: string): { readonly nodes: readonly [Node, ...Node[]] } | { readonly problem: string } {
  const texts = textsOf(text);
  const found = new Map<string, Node>();
  for (const [index, one] of texts.entries()) {
    const read = readUrl(one, urlForm);
    if ('problem' in read) {
      return {
        problem: texts.length === 1 ? read.problem : `${read.problem} (in number ${index + 1} of ${texts.length})`,
      };
    }
    const { username, password } = read.url;
    const url = plainUrl(read.url);
    found.set(JSON.stringify([url.href, username, password]), { url, username, password });
  }
  const [first, ...others] = found.values();
  return first === undefined ? { problem: 'names no node' } : { nodes: [first, ...others] };
}

const textsOf = (text: string): readonly string[] => text.trim().split(/\s*,\s*(?=https?:\/\/)/i);

/** `host:port` */
export const nameOf = (node: URL): string => hostPort(endpointOfUrl(node));

/** `host:port` of each node; the file's path until the URL in it was read. */
export function hostsOf(url: Secret): string {
  const hosts = url.newest((value) => {
    const parsed = parseUrls(value);
    return 'nodes' in parsed ? parsed.nodes.map((node) => nameOf(node.url)).join(',') : undefined;
  });
  return hosts ?? ('file' in url.source ? url.source.file : '');
}
