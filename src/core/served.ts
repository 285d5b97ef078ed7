// The routes that are served, as requests to them are counted: a closed set, whatever was asked for.

/** Each with the codes that are counted from its first request on; another code from its own first on. */
export const servedRoutes = {
  '/health': [200, 503],
  '/health/ready': [200, 503],
  '/health/live': [200, 503],
  '/health/live/app': [200, 503],
  '/health/startup': [200, 503],
  '/health/checks/:name': [200, 503],
  '/health/detailed': [200, 503],
  '/drain': [200],
  '/metrics': [200],
  '/metrics/checks': [200],
  '/metrics/statistics': [200],
  other: [],
} as const satisfies Readonly<Record<string, readonly number[]>>;
export type ServedRoute = keyof typeof servedRoutes;

/** Buckets of `sidewarden_http_request_duration_seconds`, in seconds: a kubelet waits for one second unless told. */
export const servedBuckets = [0.01, 0.1, 1];

const { other: _, '/health/checks/:name': __, ...fixed } = servedRoutes;
const routes: ReadonlySet<string> = new Set(Object.keys(fixed));
const ofOneCheck = /^\/health\/checks\/[^/]+$/;

/** @param url as it is routed, with its query: another spelling of the path has been replaced by then. */
export function servedRouteOf(url: string): ServedRoute {
  const path = url.split('?', 1)[0] ?? '';
  if (routes.has(path)) return path as ServedRoute;
  return ofOneCheck.test(path) ? '/health/checks/:name' : 'other';
}
