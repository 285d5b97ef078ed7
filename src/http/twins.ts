// Other spellings of a path: those of Kubernetes' own servers, and any with a slash behind it. They are the same resource.
import type { IncomingMessage } from 'node:http';

/** https://kubernetes.io/docs/reference/using-api/health-checks/ */
export const twins: Readonly<Record<string, string>> = {
  '/healthz': '/health',
  '/readyz': '/health/ready',
  '/livez': '/health/live',
  '/startupz': '/health/startup',
};

/** The path that has a route, and the query as it is. Another form of address than a path is left to the router. */
export function canonicalUrl({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const short = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const known = Object.hasOwn(twins, short) ? (twins[short] ?? short) : short;
  return known === path ? url : known + url.slice(path.length);
}
