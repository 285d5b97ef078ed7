// What a healthy, busy service says of itself: every series that the rules of the pack `app` read.
import { counter, type Line, steady } from '../case.ts';
import { both, histogram, of } from '../cases/app/series.ts';

const pods = [1, 2];
const gauges = (name: string, value: number, labels = ''): readonly Line[] =>
  pods.map((pod) => steady(of(name, labels, pod), value));
/** Of the replicas of Sidewarden. */
const own = (family: string, pod: number, labels = ''): string =>
  `sidewarden_app_${family}{${labels === '' ? '' : `${labels},`}instance="shop-${pod}:9090"}`;
const zero = (family: string, label = '', values: readonly string[] = ['']): readonly Line[] =>
  pods.flatMap((pod) =>
    values.map((value) => counter(own(family, pod, value === '' ? '' : `${label}="${value}"`), 0, 0)),
  );
const fast = { '0.05': [800, 800], '0.1': [960, 960], '0.15': [985, 985], '0.2': [995, 995] } as const;
const faster = { '0.05': [960, 960], '0.07': [980, 980], '0.1': [995, 995], '0.15': [999, 999] } as const;

const http: readonly Line[] = [
  ...both('http_requests_total', 'method="GET",route="/orders",code="200"', 1000),
  ...both('http_requests_total', 'method="GET",route="/orders",code="404"', 30),
  ...both('http_requests_total', 'method="GET",route="/orders",code="500"', 1),
  ...histogram('http_request_duration_seconds', 'method="GET",route="/orders"', 1000, { ...fast, '0.5': [999, 999] }),
  ...gauges('http_requests_in_flight', 14),
  ...both('errors_total', 'error_type="timeout",severity="error"', 1),
  ...both('errors_total', 'error_type="timeout",severity="critical"', 0),
  ...both('errors_first_seen_total', '', 0.01),
];
const graphql: readonly Line[] = [
  ...both('queries_total', 'status="success"', 1000),
  ...both('queries_total', 'status="error"', 2),
  ...histogram('query_duration_seconds', 'operation="query"', 1000, fast),
  ...histogram('query_complexity_score', '', 1000, { '1000': [990, 990], '5000': [1000, 1000] }),
];
const auth: readonly Line[] = [
  ...both('auth_attempts_total', 'status="success"', 60),
  ...both('auth_attempts_total', 'status="error"', 6),
  ...both('auth_failures_total', 'reason="bad_credentials"', 5),
  ...both('auth_failures_total', 'reason="expired"', 1),
  ...both('auth_lockouts_total', '', 0.02),
  ...both('rate_limit_violations_total', 'route="/orders"', 3),
  ...both('api_key_validations_total', 'status="success"', 200),
  ...both('api_key_validations_total', 'status="error"', 4),
  ...both('access_denied_total', 'action="read"', 0.2),
  ...both('anomalies_detected_total', 'rule="impossible_travel"', 0),
];
const cache: readonly Line[] = [
  ...both('cache_requests_total', 'cache="products",result="hit"', 900),
  ...both('cache_requests_total', 'cache="products",result="miss"', 100),
  ...both('cache_operation_duration_seconds_count', 'cache="products",operation="get"', 1000),
  ...both('cache_errors_total', 'operation="get"', 1),
  ...gauges('cache_coherency_ratio', 0.999, 'cache="products"'),
];
const database: readonly Line[] = [
  ...gauges('db_connections_active', 9),
  ...gauges('db_connections_max', 20),
  ...gauges('db_connections_waiting', 0),
  ...histogram('db_query_duration_seconds', 'operation="select"', 1000, faster),
  ...both('db_queries_total', 'operation="select"', 1000),
  ...both('db_errors_total', 'error_type="serialization"', 1),
];
const others: readonly Line[] = [
  ...both('sync_operations_total', 'operation="push",status="success"', 100),
  ...both('sync_operations_total', 'operation="push",status="error"', 0.2),
  ...both('sync_conflicts_total', '', 1),
  ...gauges('sync_lag_seconds', 4),
  ...both('tenant_requests_total', 'tenant="acme",status="success"', 300),
  ...both('tenant_requests_total', 'tenant="acme",status="error"', 3),
  ...histogram('audit_event_lag_seconds', '', 60, { '0.5': [58, 58], '5': [60, 60] }),
  ...both('audit_write_errors_total', '', 0),
  ...gauges('compliance_control_passed', 1, 'control="encryption_at_rest"'),
];
const feature: readonly Line[] = [
  ...pods.flatMap((pod) => [
    steady(`scrape_samples_post_metric_relabeling{job="app",instance="shop-${pod}:9090"}`, 420),
    steady(own('up', pod), 1),
    steady(own('statsd_up', pod), 1),
    counter(own('statsd_lines_total', pod), 3000, 3000),
    counter(own('statsd_packets_total', pod, 'transport="udp"'), 600, 600),
    counter(own('statsd_packets_total', pod, 'transport="http"'), 0, 0),
    counter(own('statsd_rejected_total', pod, 'reason="service_check"'), 20, 20),
  ]),
  ...zero('scrape_dropped_total', 'reason', ['bad_line', 'duplicate', 'reserved', 'too_long', 'too_many']),
  ...zero('statsd_rejected_total', 'reason', ['bad_line', 'dropped', 'event', 'reserved', 'wrong_type']),
  ...zero('statsd_overflow_total'),
  ...zero('statsd_kernel_drops_total'),
  ...zero('statsd_dropped_packets_total'),
];

export const lines: readonly Line[] = [...http, ...graphql, ...auth, ...cache, ...database, ...others, ...feature];
