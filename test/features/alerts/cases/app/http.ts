// The alerts of the preset `http`, each quiet, loud, and quiet again.
import { type Case, counter, gauge, type Line, onlyIn, steady } from '../../case.ts';
import { asked, type Buckets, both, budgetPage, down, fewer, firing, halfDown, histogram, of } from './series.ts';

const requests = (code: string, quiet: number, loud = quiet): readonly Line[] =>
  both('http_requests_total', `method="GET",route="/orders",code="${code}"`, quiet, loud);
const lasting = (total: number, buckets: Buckets): readonly Line[] =>
  histogram('http_request_duration_seconds', 'method="GET",route="/orders"', total, buckets);
const oneInTwenty: Buckets = { '0.15': [90, 90], '0.2': [95.5, 94.6], '0.3': [99.6, 99.6] };
const oneInHundred: Buckets = { '0.5': [98, 98], '1': [99.1, 98.91], '2.5': [100, 100] };
const critical: readonly Line[] = [...requests('200', 100), ...requests('404', 14), ...requests('500', 5.5, 6.4)];

export const httpCases: readonly Case[] = [
  {
    alert: 'AppErrorRateHigh',
    lines: [...requests('200', 200), ...requests('500', 0.92, 1.1), ...requests('503', 0.92, 1.1), ...halfDown],
    delay: 2,
    fires: [{}],
    says: '1.088% of the requests are answered with 5xx. sum by (route, code) (rate(shop_http_requests_total[5m])) says which routes, the log of the service why.',
  },
  {
    alert: 'AppErrorRateHigh',
    shows: 'just below, of many',
    lines: [...requests('200', 1000), ...requests('500', 9.2)],
    delay: 10,
  },
  {
    alert: 'AppErrorRateHigh',
    shows: 'few errors',
    lines: [...requests('200', 10), ...requests('500', 0.01, 1.8)],
    delay: 10,
  },
  {
    alert: 'AppErrorRateHigh',
    shows: 'the service itself is down',
    lines: [...requests('200', 1000), ...requests('500', 4.6, 500), ...down],
    delay: 10,
  },
  {
    alert: 'AppErrorRateCritical',
    lines: [
      ...critical,
      firing('AppDbPoolWaiting', 'warning'),
      firing('AppDbPoolHigh'),
      budgetPage('availability'),
      budgetPage('orders', 'warning'),
    ],
    delay: 2,
    fires: [{}],
    says: '5.316% of the requests are answered with 5xx. sum by (route, code) (rate(shop_http_requests_total[5m])) says which routes, the log of the service why. Ask first what was deployed last.',
  },
  {
    alert: 'AppErrorRateCritical',
    shows: 'the page for an objective of the same requests is out',
    lines: [...critical, budgetPage('orders')],
    delay: 10,
  },
  {
    alert: 'AppErrorRateCritical',
    shows: 'just below, of many',
    lines: [...requests('200', 1000), ...requests('500', 48)],
    delay: 10,
  },
  {
    alert: 'AppErrorRateCritical',
    shows: 'few errors',
    lines: [...requests('200', 50), ...requests('500', 0.01, 5.6)],
    delay: 10,
  },
  {
    alert: 'AppErrorRateCritical',
    shows: 'the page for the pool is out',
    lines: [...critical, firing('AppDbPoolWaiting')],
    delay: 10,
  },
  {
    alert: 'AppLatencyP95High',
    lines: [...requests('200', 6.6), ...lasting(6.6, fewer(oneInTwenty, 100 / 6.6))],
    delay: 2,
    fires: [{}],
    says: 'One request in twenty takes 208ms or longer. The same quantile by route says which; then look whether a dependency is slow too (DependencySlow, AppDbLatencyP95High).',
  },
  {
    alert: 'AppLatencyP95High',
    shows: 'hardly any request',
    lines: [...requests('200', 5.5), ...lasting(5.5, fewer(oneInTwenty, 100 / 5.5))],
    delay: 10,
  },
  {
    alert: 'AppLatencyP99High',
    lines: [...requests('200', 6.6), ...lasting(6.6, fewer(oneInHundred, 100 / 6.6))],
    delay: 2,
    fires: [{}],
    says: 'One request in a hundred takes 1.124s or longer. Where only this quantile is high, look at single routes, locks, garbage collection and pods that lack CPU.',
  },
  {
    alert: 'AppLatencyP99High',
    shows: 'hardly any request',
    lines: [...requests('200', 5.5), ...lasting(5.5, fewer(oneInHundred, 100 / 5.5))],
    delay: 10,
  },
  {
    alert: 'AppRequestsStuck',
    shows: 'the other pod is busy',
    lines: [
      gauge(of('http_requests_in_flight', '', 1), 9, 11),
      steady(of('http_requests_in_flight', '', 2), 50),
      counter(of('http_requests_total', 'code="200"', 2), 100, 100),
    ],
    fires: [{ instance: 'shop-1:8080' }],
    says: 'shop-1:8080 works on 11 requests and has answered none for five minutes. It hangs: take a stack dump, then restart the pod.',
  },
  {
    alert: 'AppRequestsStuck',
    shows: 'it answers',
    lines: [
      gauge(of('http_requests_in_flight'), 9, 50),
      counter(of('http_requests_total', 'code="200"'), 10, 1),
      counter(of('http_requests_total', 'code="500"'), 0, 0),
    ],
  },
  {
    alert: 'AppCriticalErrors',
    lines: [
      asked,
      counter(of('errors_total', 'error_type="corrupt",severity="critical"', 1), 0.1, 0.107),
      counter(of('errors_total', 'error_type="corrupt",severity="critical"', 2), 0.2, 0.25),
      counter(of('errors_total', 'error_type="timeout",severity="critical"'), 0.3, 0.3),
      counter(of('errors_total', 'error_type="corrupt",severity="error"'), 9, 9),
    ],
    delay: 8,
    calm: 20,
    fires: [{ error_type: 'corrupt' }],
    says: '5 errors of the type corrupt within 15 minutes. The log of the service has each of them.',
  },
  {
    alert: 'AppCriticalErrors',
    shows: 'errors of a type that was not met before, with which its series begins',
    lines: [
      asked,
      onlyIn('loud', steady(of('errors_total', 'error_type="corrupt",severity="critical"'), 5.3)),
      onlyIn('loud', steady(of('errors_total', 'error_type="timeout",severity="critical"'), 4.7)),
    ],
    calm: 20,
    fires: [{ error_type: 'corrupt' }],
    says: '5 errors of the type corrupt within 15 minutes. The log of the service has each of them.',
  },
  {
    alert: 'AppNewErrors',
    lines: [
      counter(of('errors_first_seen_total', '', 1), 0.3, 0.357),
      counter(of('errors_first_seen_total', '', 2), 0.3, 0.3),
    ],
    delay: 8,
    calm: 20,
    fires: [{}],
    says: '5 kinds of errors were new to one process within 15 minutes. After a deployment they are what it broke; look for their fingerprints in the log.',
  },
];
