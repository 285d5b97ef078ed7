// The metrics that a service can hand over, as the requirements of such services name them: one table, which StatsD,
// documentation, rules and boards read.

/** Parts of the catalogue that `app.presets` names. */
export type AppPreset = 'graphql' | 'http' | 'auth' | 'cache' | 'database' | 'sync' | 'business' | 'audit';

export type AppLabel = {
  readonly name: string;
  /** All values that it can have. Absent: an open set, which the service keeps small. */
  readonly values?: readonly string[];
  /** A value, for examples. */
  readonly example: string;
  /** Other names under which StatsD clients may send it. */
  readonly also?: readonly string[];
};

export type AppMetric = {
  readonly preset: AppPreset;
  /** Under the service's prefix: `queries_total` is `shop_queries_total` with the prefix `shop`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Of the value; absent for a plain number or count. */
  readonly unit?: 'seconds' | 'bytes' | 'ratio';
  readonly help: string;
  readonly labels: readonly AppLabel[];
  /** Of a histogram: its upper bounds, in the unit. */
  readonly buckets?: readonly number[];
  /** Who records it, and when. */
  readonly by: string;
  /** A value, for examples; absent: one that suits the type and unit. */
  readonly example?: number;
};

type Unit = NonNullable<AppMetric['unit']>;
type Described = Omit<AppMetric, 'preset'>;

const units: readonly Unit[] = ['seconds', 'bytes', 'ratio'];
/** The name says the unit: `db_query_duration_seconds`. */
const unitOf = (name: string): Pick<AppMetric, 'unit'> => {
  const unit = units.find((one) => name.endsWith(`_${one}`));
  return unit === undefined ? {} : { unit };
};
const counter = (name: string, labels: readonly AppLabel[], help: string, by: string): Described => ({
  ...{ name, type: 'counter', help, labels, by },
});
const gauge = (name: string, labels: readonly AppLabel[], help: string, by: string): Described => ({
  ...{ name, type: 'gauge', ...unitOf(name), help, labels, by },
});
const histogram = (
  name: string,
  labels: readonly AppLabel[],
  buckets: readonly number[],
  help: string,
  by: string,
): Described => ({ name, type: 'histogram', ...unitOf(name), help, labels, buckets, by });

/** A label of which all values are known; the first is the example. */
const closed = (name: string, values: readonly [string, ...string[]], also: readonly string[] = []): AppLabel => ({
  ...{ name, values, example: values[0], also },
});
const open = (name: string, example: string, also: readonly string[] = []): AppLabel => ({ name, example, also });

const status = closed('status', ['success', 'error'], ['result', 'outcome']);
const method = closed('method', ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], ['http_method']);
/** Not `endpoint`, which Prometheus' operator sets on every series that it scrapes. */
const route = open('route', '/orders', ['endpoint', 'handler']);
const errorType = open('error_type', 'timeout', ['type', 'error']);
const graphqlOperation = closed('operation', ['query', 'mutation', 'subscription'], ['operation_type']);
const cache = open('cache', 'products', ['cache_type']);
const cacheOperation = closed('operation', ['get', 'set', 'delete'], ['op']);
const entity = open('entity', 'order', ['entity_type']);
const sqlOperation = closed('operation', ['select', 'insert', 'update', 'delete', 'other'], ['op', 'query_type']);
const syncOperation = closed('operation', ['push', 'pull', 'other'], ['op']);
const tenant = open('tenant', 'acme', ['tenant_id']);

/** At 100, 150, 200, 300 and 500 ms and 1 s alerts and objectives ask. */
export const latency = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5, 10];
/** Of what takes less than a millisecond as a rule. */
const quick = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];
/** 70 ms is the database's objective, above 100 ms a query is slow. */
const sql = [0.001, 0.005, 0.01, 0.025, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 5];
const poolWait = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30];
const long = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** More than 5000 is suspicious. */
const complexity = [10, 50, 100, 500, 1000, 2000, 5000, 10_000];
const bytes = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];
const rows = [0, 1, 10, 100, 1000, 10_000, 100_000];
/** More than 5 s is an alert. */
const lag = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300];

const catalogue: Readonly<Record<AppPreset, readonly Described[]>> = {
  graphql: [
    counter(
      'queries_total',
      [status],
      'Queries that were executed, by their outcome.',
      'the executor, at the end of each query',
    ),
    histogram(
      'query_duration_seconds',
      [graphqlOperation],
      latency,
      'How long queries took to execute, by the type of their operation.',
      'the executor, at the end of each query',
    ),
    counter(
      'query_errors_total',
      [errorType],
      'Queries that failed, by the type of the error.',
      'the executor, at each query that fails',
    ),
    histogram(
      'query_complexity_score',
      [],
      complexity,
      'How complex queries are, as the service scores them.',
      'the validator, for each query, refused ones too',
    ),
    counter(
      'graphql_operations_total',
      [graphqlOperation],
      'Operations that were executed, by their type.',
      'the executor, at the start of each operation',
    ),
    counter(
      'graphql_named_operations_total',
      [open('operation_name', 'get_order', ['name'])],
      'Operations by name: those that the service knows, and `other` for the rest.',
      'the executor, at the start of each operation',
    ),
    counter(
      'query_executions_total',
      [open('mode', 'persisted', ['execution_mode'])],
      'Queries by how they were executed: by which engine, or as persisted ones.',
      'the executor, when it has chosen the mode',
    ),
    gauge(
      'subscriptions_active',
      [],
      'Subscriptions that are open.',
      'the subscription server, when one opens or closes',
    ),
    histogram(
      'resolver_duration_seconds',
      [open('resolver', 'order_items', ['field'])],
      latency,
      'How long resolvers took: those that the service picks to be measured.',
      'the executor, around each call of a measured resolver',
    ),
    histogram(
      'query_serialization_duration_seconds',
      [],
      quick,
      'How long the answers of queries took to serialize.',
      'the executor, around the serialization of each answer',
    ),
  ],
  http: [
    counter(
      'http_requests_total',
      [method, route, open('code', '200', ['status', 'status_code', 'http_status'])],
      'HTTP requests that were answered, by route and status code.',
      'a middleware, when the answer is sent',
    ),
    histogram(
      'http_request_duration_seconds',
      [method, route],
      latency,
      'How long HTTP requests took to answer, by route.',
      'a middleware, when the answer is sent',
    ),
    gauge(
      'http_requests_in_flight',
      [],
      'HTTP requests that are being answered.',
      'a middleware, at the start and the end of each request',
    ),
    histogram(
      'http_request_size_bytes',
      [route],
      bytes,
      'How large the bodies of HTTP requests are.',
      'a middleware, when the body is read',
    ),
    histogram(
      'http_response_size_bytes',
      [route],
      bytes,
      'How large the bodies of HTTP answers are.',
      'a middleware, when the answer is sent',
    ),
    gauge('http_connections_active', [], 'Connections of clients that are open.', 'the server, every few seconds'),
    counter(
      'errors_total',
      [errorType, closed('severity', ['warning', 'error', 'critical'], ['level'])],
      'Errors of the service, by type and severity.',
      'the error handler, at each error',
    ),
    counter(
      'errors_first_seen_total',
      [],
      'Errors of a kind that this process had not seen before.',
      'the error handler, when it sees a fingerprint for the first time',
    ),
    gauge(
      'error_affected_users',
      [],
      'Users who met an error in the last five minutes.',
      'the error handler, by a set of users that it keeps',
    ),
  ],
  auth: [
    counter(
      'auth_attempts_total',
      [status],
      'Log-ins that were tried, by their outcome.',
      'the log-in, when it has decided',
    ),
    counter(
      'auth_failures_total',
      [closed('reason', ['bad_credentials', 'unknown_user', 'expired', 'locked', 'revoked', 'mfa', 'other'])],
      'Log-ins that were refused, by the reason.',
      'the log-in, at each refusal',
    ),
    counter('auth_lockouts_total', [], 'Accounts that were locked.', 'the log-in, when it locks an account'),
    gauge(
      'auth_sessions_active',
      [],
      'Sessions that are valid.',
      'the session store, every few seconds; or a query of the table of sessions',
    ),
    counter(
      'rate_limit_violations_total',
      [route],
      'Requests that were refused, since their sender had sent too many.',
      'the rate limiter, at each refusal',
    ),
    gauge(
      'api_keys_active',
      [],
      'API keys that are valid.',
      'the key store, every minute; or a query of the table of keys',
    ),
    counter(
      'api_key_validations_total',
      [status],
      'API keys that were looked at, by the outcome.',
      'the authenticator, for each request that brings a key',
    ),
    histogram(
      'api_key_validation_duration_seconds',
      [],
      quick,
      'How long it took to look at an API key.',
      'the authenticator, for each request that brings a key',
    ),
    counter(
      'access_denied_total',
      [closed('action', ['read', 'write', 'delete', 'admin'], ['permission'])],
      'Requests of known users that their permissions do not allow.',
      'the authorizer, at each refusal',
    ),
    counter(
      'anomalies_detected_total',
      [open('rule', 'impossible_travel', ['type'])],
      'Suspicious activity that was found, by the rule.',
      'the anomaly detection, at each finding',
    ),
    histogram(
      'anomaly_detection_duration_seconds',
      [],
      quick,
      'How long it took to judge one event.',
      'the anomaly detection, for each event that it judges',
    ),
  ],
  cache: [
    counter(
      'cache_requests_total',
      [cache, closed('result', ['hit', 'miss'], ['status', 'outcome'])],
      'Values that were looked for in a cache, by whether they were there.',
      'the cache client, at each get',
    ),
    histogram(
      'cache_operation_duration_seconds',
      [cache, cacheOperation],
      quick,
      'How long operations of a cache took.',
      'the cache client, around each operation',
    ),
    counter(
      'cache_errors_total',
      [cacheOperation],
      'Operations of caches that failed.',
      'the cache client, at each operation that fails',
    ),
    gauge('cache_entries', [cache], 'Entries of a cache.', 'the cache, every few seconds'),
    gauge('cache_memory_bytes', [cache], 'Memory that a cache takes.', 'the cache, every few seconds'),
    gauge(
      'cache_coherency_ratio',
      [cache],
      'Part of the entries compared last that equal what the database says, from 0 to 1.',
      'the coherency check, at the end of each comparison',
    ),
    counter(
      'cache_invalidations_total',
      [entity],
      'Entries that were invalidated, by what had changed.',
      'the cache, at each entry that it drops for a change',
    ),
    counter(
      'cache_cascade_invalidations_total',
      [entity],
      'Entries that were invalidated since they depend on another one, by what had changed.',
      'the cache, at each entry that it drops with another one',
    ),
  ],
  database: [
    gauge('db_connections_active', [], 'Connections of the pool that are in use.', 'the pool, every few seconds'),
    gauge('db_connections_idle', [], 'Connections of the pool that wait for use.', 'the pool, every few seconds'),
    gauge('db_connections_waiting', [], 'Callers that wait for a connection.', 'the pool, every few seconds'),
    gauge('db_connections_max', [], 'Connections that the pool may have.', 'the pool, every few seconds'),
    histogram(
      'db_connection_wait_seconds',
      [],
      poolWait,
      'How long callers waited for a connection of the pool.',
      'the pool, when it hands a connection out or gives up',
    ),
    counter(
      'db_connections_created_total',
      [],
      'Connections that the pool opened.',
      'the pool, at each connection that it opens',
    ),
    counter(
      'db_queries_total',
      [sqlOperation],
      'SQL statements that were sent, by their command.',
      'the database client, at the end of each statement',
    ),
    histogram(
      'db_query_duration_seconds',
      [sqlOperation],
      sql,
      'How long SQL statements took, as the service saw it.',
      'the database client, at the end of each statement',
    ),
    counter(
      'db_errors_total',
      [errorType],
      'SQL statements and connections that failed, by the type of the error.',
      'the database client, at each failure',
    ),
    counter(
      'db_slow_queries_total',
      [],
      'SQL statements that took longer than the service calls slow: 100 ms unless it says otherwise.',
      'the database client, at the end of each slow statement',
    ),
    histogram(
      'db_rows_returned',
      [],
      rows,
      'How many rows SQL statements returned.',
      'the database client, at the end of each statement',
    ),
    counter(
      'db_transactions_total',
      [closed('result', ['commit', 'rollback'], ['status', 'outcome'])],
      'Transactions that ended, by how.',
      'the database client, at the end of each transaction',
    ),
    histogram(
      'db_transaction_duration_seconds',
      [],
      long,
      'How long transactions took from begin to end.',
      'the database client, at the end of each transaction',
    ),
  ],
  sync: [
    counter(
      'sync_operations_total',
      [syncOperation, status],
      'Operations of the synchronization, by their outcome.',
      'the synchronization, at the end of each operation',
    ),
    histogram(
      'sync_duration_seconds',
      [syncOperation],
      long,
      'How long operations of the synchronization took.',
      'the synchronization, at the end of each operation',
    ),
    counter(
      'sync_conflicts_total',
      [],
      'Changes that contradict another one.',
      'the synchronization, at each conflict',
    ),
    gauge(
      'sync_lag_seconds',
      [],
      'Age of the oldest change that is not yet synchronized; 0 when there is none.',
      'the synchronization, every few seconds',
    ),
  ],
  business: [
    counter('user_registrations_total', [], 'Users who registered.', 'the registration, when an account is made'),
    gauge(
      'active_users',
      [],
      'Users who did something in the last day.',
      'a job, every few minutes; or a query of the table of users',
    ),
    counter(
      'feature_usage_total',
      [open('feature', 'export')],
      'How often a feature was used.',
      'each feature, when it is used',
    ),
    gauge(
      'user_retention_ratio',
      [closed('window', ['1d', '7d', '30d'])],
      'Part of the users who came back within the window after they registered, from 0 to 1.',
      'a job, every hour; or a query of the table of users',
    ),
    gauge(
      'user_satisfaction_ratio',
      [],
      'How satisfied users say that they are, from 0 to 1.',
      'a job, when answers come in',
    ),
    gauge('kpi', [open('kpi', 'basket_value', ['name'])], 'A number that the business looks at.', 'a job of its own'),
    counter(
      'tenant_requests_total',
      [tenant, status],
      'Requests of a tenant, by their outcome: of those that the service picks, and `other` for the rest.',
      'a middleware, when the answer is sent',
    ),
    gauge(
      'tenant_active_users',
      [tenant],
      'Users of a tenant who did something in the last day: of those that the service picks.',
      'a job, every few minutes; or a query of the table of users',
    ),
  ],
  audit: [
    counter(
      'audit_events_total',
      [
        closed(
          'type',
          ['authentication', 'data_access', 'data_change', 'permission_change', 'admin_action', 'other'],
          ['event_type'],
        ),
        status,
      ],
      'Events of the audit log, by type and by whether what was tried succeeded.',
      'the audit log, when an event is stored',
    ),
    histogram(
      'audit_event_lag_seconds',
      [],
      lag,
      'How long after it happened an event was stored.',
      'the audit log, when an event is stored',
    ),
    counter(
      'audit_write_errors_total',
      [],
      'Events that could not be stored.',
      'the audit log, at each event that is not stored',
    ),
    counter(
      'admin_actions_total',
      [open('action', 'delete_user')],
      'What administrators did, by action.',
      'the administration, at each action',
    ),
    counter(
      'permission_changes_total',
      [closed('action', ['grant', 'revoke'])],
      'Permissions that were granted or revoked.',
      'the authorizer, at each change',
    ),
    counter(
      'data_accesses_total',
      [entity, closed('action', ['read', 'write', 'delete'])],
      'Accesses to data that the audit log keeps, by what was accessed.',
      'the audit log, at each access',
    ),
    {
      ...gauge(
        'compliance_control_passed',
        [open('control', 'encryption_at_rest', ['check'])],
        '1 if the control passed when it was last checked, else 0.',
        'the check of the controls, at its end',
      ),
      example: 1,
    },
  ],
};

export const appMetrics: readonly AppMetric[] = (Object.keys(catalogue) as AppPreset[]).flatMap((preset) =>
  catalogue[preset].map((metric) => ({ preset, ...metric })),
);

/** One spelling for each value of a closed label: what else a StatsD client may send for it. */
export const spellings: Readonly<Record<string, string>> = {
  ...{ ok: 'success', succeeded: 'success', successful: 'success', passed: 'success', true: 'success' },
  ...{ failed: 'error', failure: 'error', fail: 'error', failing: 'error', err: 'error', errored: 'error' },
  ...{ refused: 'error', rejected: 'error', denied: 'error', false: 'error' },
  ...{ hits: 'hit', misses: 'miss', missed: 'miss' },
  ...{ committed: 'commit', rollbacked: 'rollback', rolled_back: 'rollback', aborted: 'rollback' },
  ...{ execute: 'query', queries: 'query', mutate: 'mutation', mutations: 'mutation', subscribe: 'subscription' },
  ...{ fetch: 'get', lookup: 'get', put: 'set', store: 'set', del: 'delete', remove: 'delete', removed: 'delete' },
  ...{ upload: 'push', download: 'pull' },
  ...{ warn: 'warning', fatal: 'critical', crit: 'critical' },
  ...{ wrong_password: 'bad_credentials', invalid_credentials: 'bad_credentials', invalid_password: 'bad_credentials' },
  ...{ user_not_found: 'unknown_user', locked_out: 'locked', lockout: 'locked', token_expired: 'expired' },
  ...{ login: 'authentication', granted: 'grant', revocation: 'revoke' },
  ...{ '24h': '1d', day: '1d', week: '7d', month: '30d' },
};

/** What the requirements call otherwise. */
export type Renamed = {
  /** As the requirements have it. */
  readonly was: string;
  /** As it is here; absent: it is left out. */
  readonly is?: string;
  readonly why: string;
};

const byTotal = 'the name of a counter ends in _total';
const bySeconds = 'the name of a duration has its unit, which is seconds';
const byOther = (name: string): string => `the requirements have two names; ${name} is the shorter one`;

/** Every name, label and value that differs from the requirements, and what of them is no metric of the service. */
export const renamed: readonly Renamed[] = [
  { was: 'fraiseql_…, sql_studio_…', is: '<prefix>_…', why: 'each service has a prefix of its own, `app.prefix`' },
  { was: 'query_errors', is: 'query_errors_total', why: byTotal },
  {
    was: 'query_complexity_score{score="score"}',
    is: 'query_complexity_score',
    why: 'a label with one value says nothing',
  },
  {
    was: 'query_duration_seconds{operation="execute"}',
    is: 'query_duration_seconds{operation="query"|"mutation"|"subscription"}',
    why: 'a label with one value says nothing; the type of the operation does',
  },
  {
    was: 'status="failure", result="failed"',
    is: 'status="error"',
    why: 'one spelling for an outcome: `status="success"` or `status="error"`, whatever is counted',
  },
  { was: 'api_key_validation_duration', is: 'api_key_validation_duration_seconds', why: bySeconds },
  { was: 'auth_attempts_total{result}', is: 'auth_attempts_total{status}', why: 'one label for an outcome' },
  {
    was: 'http_requests_total{status="200"}',
    is: 'http_requests_total{code="200"}',
    why: '`status` means success or error, whatever is counted',
  },
  {
    was: 'http_…{endpoint}',
    is: 'http_…{route}',
    why: 'the Prometheus Operator sets `endpoint` on every series, which hides a label of that name',
  },
  { was: 'http_request_duration', is: 'http_request_duration_seconds', why: bySeconds },
  {
    was: 'http_request_size',
    is: 'http_request_size_bytes',
    why: 'a histogram, where a counter says only the sum; the name has the unit',
  },
  { was: 'http_response_size', is: 'http_response_size_bytes', why: 'the name has the unit' },
  { was: 'anomalies_detected', is: 'anomalies_detected_total', why: byTotal },
  { was: 'anomaly_detection_duration', is: 'anomaly_detection_duration_seconds', why: bySeconds },
  { was: 'suspicious activity', is: 'anomalies_detected_total', why: 'it is what the rules of the detection find' },
  { was: 'database_connections_active', is: 'db_connections_active', why: byOther('db_') },
  { was: 'database_connections_max', is: 'db_connections_max', why: byOther('db_') },
  { was: 'db_query_duration', is: 'db_query_duration_seconds', why: bySeconds },
  { was: 'database_query_duration', is: 'db_query_duration_seconds', why: `${byOther('db_')}; ${bySeconds}` },
  { was: 'database_rows_returned', is: 'db_rows_returned', why: byOther('db_') },
  { was: 'sync_duration', is: 'sync_duration_seconds', why: bySeconds },
  { was: 'sync lag', is: 'sync_lag_seconds', why: 'the requirements give no name' },
  {
    was: 'cache hit rate, by type',
    is: 'cache_requests_total{cache,result}',
    why: 'a query divides; a ratio cannot be added up',
  },
  { was: 'cache coherency %', is: 'cache_coherency_ratio', why: 'a part is from 0 to 1' },
  { was: 'DAU, active users', is: 'active_users', why: 'one number; the window of a day is in its help' },
  { was: 'retention', is: 'user_retention_ratio', why: 'a part is from 0 to 1' },
  {
    was: 'failed access attempts',
    is: 'access_denied_total',
    why: 'a counter of the authorizer; the audit log has who it was',
  },
  { was: 'audit event lag', is: 'audit_event_lag_seconds', why: 'a histogram, so that no late event is overlooked' },
  {
    was: 'users trend, queries per day',
    is: 'user_registrations_total, queries_total',
    why: 'increase() of a counter says it',
  },
  {
    was: 'uptime_seconds',
    why: 'a counter that runs as long as the service does says nothing of availability; `process_start_time_seconds` of the service’s own client, or `sidewarden_app_up`',
  },
  { was: 'replication_lag_seconds', why: 'the database knows it: `pg_replication_lag_seconds` of the statistics' },
  {
    was: 'errors by fingerprint',
    why: 'a label with ever new values; the log has the fingerprint, `errors_first_seen_total` counts new ones',
  },
  {
    was: 'requests and errors by user',
    why: 'a label with as many values as users; the log has the user, `error_affected_users` counts them',
  },
  { was: 'top slow queries', why: 'a label with the text of queries; the log and `pg_stat_statements` have it' },
  { was: 'error resolution time', why: 'whoever keeps the tickets knows it' },
  { was: 'cost trends', why: 'whoever sends the bill knows it' },
  { was: 'CPU, memory, disk, network, pods, backups', why: 'the cluster and the backup know it' },
  { was: 'SLI, error budget, burn rate', why: 'they are computed from these metrics' },
];
