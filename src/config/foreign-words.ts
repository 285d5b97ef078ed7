// The words of other tools, and the word for each here.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these strings are about that very form.
import { ofTypes } from './foreign-of-types.ts';
import type { Row } from './foreign-row.ts';

const seconds = (key: string) => (value: unknown) => `write \`${key}: ${typeof value === 'number' ? value : 10}s\``;
const count = (key: string) => (value: unknown) => `write \`${key}: ${typeof value === 'number' ? value : 3}\``;
/** Of `httpGet` and its kin, as far as they say it: Kubernetes asks the pod itself unless told. */
const partOf = (value: unknown, key: string, usual: string): string => {
  const part = value instanceof Object ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
  const form = key === 'port' ? /^\d{1,5}$/ : /^[\w./-]{1,100}$/; // a named port is known to Kubernetes alone
  return form.test(String(part ?? '')) ? String(part) : usual;
};
const addressOf = (value: unknown): string => `${partOf(value, 'host', '127.0.0.1')}:${partOf(value, 'port', '8080')}`;
const urlOf = (value: unknown): string =>
  `${partOf(value, 'scheme', 'http').toLowerCase()}://${addressOf(value)}${partOf(value, 'path', '/')}`;

/** The expression itself, where it is one: five or six fields. */
function schedule(value: unknown): string {
  const text = String(value).trim();
  const every = /^(?:@every )?(\d{1,6}(?:ms|s|m|h|d))$/.exec(text)?.[1];
  if (every !== undefined) return `write \`interval: ${every}\``;
  const isCron = /^@(hourly|daily|weekly|monthly|yearly)$|^([\d*/,A-Z?-]{1,20} ){4,5}[\d*/,A-Z?#-]{1,20}$/i.test(text);
  return isCron ? `write \`cron: "${text}"\`` : 'write `interval: 15s`, or `cron: "*/15 * * * * *"`';
}

const insideUrl = 'write it inside `url`, as in scheme://host:port/path';
const noFirstDelay =
  'leave it out: the first run is at once, and a check that never passed is never healthy; hold start-up with `gates: [startup]`';
const noCommands = 'no command is run: use a check of type http, tcp or the dependency’s own';
const underChecks = 'write `checks:`, and below it a name and its `type` for each';
const url = 'write `url`';

const kubernetes: readonly Row[] = [
  { words: ['periodseconds'], fix: seconds('interval') },
  { words: ['timeoutseconds'], fix: seconds('timeout') },
  { words: ['failurethreshold'], fix: count('failure_threshold') },
  { words: ['successthreshold'], fix: count('success_threshold') },
  { words: ['initialdelayseconds', 'initialdelay', 'startperiod', 'startinterval', 'startdelay'], fix: noFirstDelay },
  { words: ['httpget'], fix: (value) => `write \`type: http\` and \`url: ${urlOf(value)}\`` },
  { words: ['tcpsocket', 'grpc'], fix: (value) => `write \`type: tcp\` and \`address: ${addressOf(value)}\`` },
  { words: ['exec', 'command', 'script', 'args', 'test', 'shell'], fix: noCommands },
  { words: ['livenessprobe', 'liveness'], fix: 'write a check of the app (`type: http`) with `gates: [live]`' },
  { words: ['readinessprobe', 'readiness'], fix: 'write a check with `gates: [ready]`' },
  { words: ['startupprobe', 'startup'], fix: 'write a check with `gates: [startup]`' },
  {
    words: ['terminationgraceperiodseconds', 'graceperiod', 'shutdowndelay'],
    where: 'top',
    fix: seconds('drain_delay'),
  },
  {
    words: ['apiversion', 'kind', 'metadata', 'spec', 'data'],
    where: 'top',
    fix: 'this is a Kubernetes object: give the text inside the ConfigMap’s `data`',
  },
];

const gatus: readonly Row[] = [
  { words: ['endpoints', 'externalendpoints', 'suites'], where: 'top', fix: underChecks },
  {
    words: ['tags', 'labels', 'extralabels', 'annotations'],
    fix: 'leave it out: labels are added in Prometheus (relabel_configs), by `check` and `service`',
  },
  {
    words: ['group', 'groups'],
    fix: 'there are no groups: a check says with `gates` which answers it decides',
  },
  {
    words: ['conditions', 'condition'],
    fix: 'say what you expect with the settings of the type: docs/<type>.md lists them',
  },
  { words: ['url'], where: 'top', fix: 'write it inside a check: `checks:`, a name, then `type` and `url`' },
  { words: ['client'], fix: 'write `timeout: 5s` and `tls: { … }` in the check itself' },
  {
    words: ['description', 'comment', 'comments', 'note', 'notes', 'summary'],
    fix: 'write it as a comment: `# …`',
  },
  {
    words: ['sidewarden', 'config', 'configuration', 'settings'],
    where: 'top',
    fix: 'leave it out, and move what is below it to the left by two spaces',
  },
  {
    words: ['prometheus', 'exporter', 'telemetry'],
    where: 'top',
    fix: 'leave it out: metrics are served at /metrics, on the addresses of `listen`',
  },
  { words: ['alerts', 'alerting'], fix: 'leave it out: Prometheus alerts on `sidewarden_check_up`' },
  { words: ['enabled', 'disabled', 'disable'], key: 'detail', fix: 'leave it out: /metrics is always served' },
  { words: ['enabled', 'disabled', 'disable'], key: 'mode', fix: 'write `mode: off` to read none, or leave it out' },
  {
    words: ['port', 'path', 'address', 'listen', 'endpoint', 'url', 'metricspath'],
    key: 'detail',
    fix: 'leave it out: metrics are served at /metrics, on the addresses of `listen`',
  },
  { words: ['enabled', 'disabled', 'disable'], where: 'check', fix: 'leave the check out to turn it off' },
  { words: ['name', 'id', 'title'], where: 'check', fix: 'the key above is the name: `checks:`, then `my-name:`' },
  {
    words: ['storage', 'ui', 'web', 'maintenance', 'connectivity', 'concurrency', 'remote'],
    where: 'top',
    fix: 'there is no such setting here; `listen` says where to serve',
  },
  {
    words: ['security', 'auth', 'apitoken', 'authtoken', 'bearertoken', 'apikey'],
    where: 'top',
    fix: 'write `token: ${SIDEWARDEN_TOKEN}`',
  },
];

const consul: readonly Row[] = [
  {
    words: [
      'check',
      'services',
      'service',
      'monitors',
      'targets',
      'dependencies',
      'healthcheck',
      'healthchecks',
      'probes',
      'health',
      'jobs',
    ],
    where: 'top',
    fix: underChecks,
  },
  { words: ['deregistercriticalserviceafter'], fix: 'leave it out: a failing check only changes the answers' },
  {
    words: ['tlsskipverify', 'insecure', 'insecureskipverify', 'skipverify', 'rejectunauthorized'],
    key: 'tls',
    fix: 'write `tls: { insecure_skip_verify: true }`',
  },
  { words: ['tlsservername', 'servername', 'sni'], key: 'tls', fix: 'write `tls: { server_name: … }`' },
  { words: ['ca', 'cafile', 'cacert', 'sslrootcert'], key: 'tls', fix: 'write `tls: { ca_file: /path }`' },
  {
    words: ['cert', 'certfile', 'certificate', 'sslcert', 'keyfile', 'sslkey', 'ssl', 'sslmode'],
    where: 'top',
    fix: 'write `tls: { cert_file: /path, key_file: /path }`',
  },
  {
    words: ['cert', 'certfile', 'certificate', 'sslcert', 'keyfile', 'sslkey', 'ssl', 'sslmode'],
    key: 'tls',
    fix: 'write `tls: { ca_file, cert_file, key_file }`, each a path',
  },
  {
    words: ['status', 'initialstatus'],
    where: 'check',
    fix: 'leave it out: a check is `unknown` until its first run',
  },
  { words: ['ttl'], fix: 'leave it out: a result expires by itself after three intervals' },
  { words: ['successbeforepassing', 'rise'], fix: count('success_threshold') },
  {
    words: [
      'failuresbeforecritical',
      'failuresbeforewarning',
      'retries',
      'maxretries',
      'threshold',
      'fall',
      'unhealthythreshold',
    ],
    fix: count('failure_threshold'),
  },
  { words: ['http', 'https'], where: 'check', fix: 'write `type: http` and `url`' },
  { words: ['tcp'], where: 'check', fix: 'write `type: tcp` and `address: host:port`' },
  { words: ['header'], key: 'headers', fix: 'write `headers: { Name: value }`' },
];

const others: readonly Row[] = [
  {
    words: ['scrapeinterval', 'every', 'frequency', 'period', 'pollinterval', 'checkinterval'],
    fix: 'write `interval: 15s`',
  },
  { words: ['schedule', 'crontab'], where: 'check', fix: schedule },
  {
    words: ['deadline', 'maxwait', 'responsetimeout', 'connecttimeout', 'scrapetimeout'],
    fix: 'write `timeout: 2s`, which is for the whole run',
  },
  {
    words: ['critical', 'optional', 'severity', 'mandatory', 'failonerror'],
    where: 'check',
    fix: 'write `required: false` for a check that may fail while /health stays 200',
  },
  { words: ['kind', 'driver', 'module', 'prober', 'protocol'], where: 'check', fix: 'write `type`' },
  {
    words: [
      'dsn',
      'connectionstring',
      'uri',
      'endpoint',
      'endpoints',
      'hosts',
      'node',
      'nodes',
      'server',
      'jdbcurl',
      'target',
    ],
    where: 'check',
    key: 'url',
    fix: url,
  },
  {
    words: ['host', 'hostname', 'port', 'path', 'scheme', 'database', 'dbname'],
    where: 'check',
    key: 'url',
    fix: insideUrl,
  },
  {
    words: ['url', 'host', 'hostname', 'port', 'server', 'target'],
    where: 'check',
    key: 'address',
    fix: 'write `address: host:port`',
  },
  { words: ['key', 'keyarn', 'keyalias', 'arn', 'cmk'], where: 'check', key: 'key_id', fix: 'write `key_id`' },
  { words: ['user'], key: 'username', fix: 'write `username`' },
  { words: ['pass', 'passwd', 'pwd'], key: 'password', fix: 'write `password` or `password_file`' },
  {
    words: ['bind', 'address', 'addr', 'host', 'port', 'server', 'listenaddress', 'httplisten'],
    where: 'top',
    fix: "write `listen: ':9090'`",
  },
  { words: ['log', 'logging', 'logs', 'level', 'verbosity', 'debug'], where: 'top', fix: 'write `log_level: info`' },
  {
    words: ['interval', 'timeout', 'global'],
    where: 'top',
    fix: 'write it below `defaults:`, for every check, or in one check',
  },
  { words: ['spring', 'management', 'datasource', 'datasources'], where: 'top', fix: underChecks },
  {
    words: ['postgres', 'postgresql', 'database', 'elasticsearch', 'redis', 'kms', 'app'],
    where: 'top',
    fix: 'indent it below `checks:`',
  },
];

export const rows: readonly Row[] = [...ofTypes, ...kubernetes, ...gatus, ...consul, ...others];
