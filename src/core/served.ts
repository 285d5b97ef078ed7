// The routes that are served, as requests to them are counted: a closed set, whatever was asked for.

/** Each with the codes that are counted from the first on that it has series; another code from its own first on. */
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
  '/metrics/app': [200],
  other: [],
} as const satisfies Readonly<Record<string, readonly number[]>>;
export type ServedRoute = keyof typeof servedRoutes;

/** What is asked of a pod by the probes of k8s/base, and by a scrape: they have series from the start. */
export const usualRoutes = [
  '/health/startup',
  '/health/live',
  '/health/ready',
  '/metrics',
] as const satisfies ServedRoute[];

/** Buckets of `sidewarden_http_request_duration_seconds`, in seconds: a kubelet waits for one second unless told. */
export const servedBuckets = [0.1, 1];

const { other: _, '/health/checks/:name': __, ...fixed } = servedRoutes;
const routes: ReadonlySet<string> = new Set(Object.keys(fixed));
const ofOneCheck = /^\/health\/checks\/[^/]+$/;

/** @param url the route's own path; where there is no route, or not by this method, what was asked for. */
export function servedRouteOf(url: string): ServedRoute {
  const path = url.split('?', 1)[0] ?? '';
  if (routes.has(path)) return path as ServedRoute;
  return ofOneCheck.test(path) ? '/health/checks/:name' : 'other';
}
