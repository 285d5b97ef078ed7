// Other spellings of a path: those of Kubernetes' own servers, any with a slash behind it, and the form that proxies are
// asked in. They are the same resource.
import type { IncomingMessage } from 'node:http';

/** https://kubernetes.io/docs/reference/using-api/health-checks/ */
export const twins: Readonly<Record<string, string>> = {
  '/healthz': '/health',
  '/readyz': '/health/ready',
  '/livez': '/health/live',
  '/startupz': '/health/startup',
};

/** A server takes it too; Host says whom a request is for all the same: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2 */
const absolute = /^https?:\/\/[^/?#]*/i;

/** The path that has a route, and the query as it is. */
export function canonicalUrl({ url: given = '/' }: Pick<IncomingMessage, 'url'>): string {
  const url = given.startsWith('/') ? given : given.replace(absolute, '').replace(/^(?=\?|$)/, '/');
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const short = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const known = Object.hasOwn(twins, short) ? (twins[short] ?? short) : short;
  return known === path ? url : known + url.slice(path.length);
}
