// Words of other tools for what one type of check can say, such as the status that an HTTP answer should have.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these strings are about that very form.
import type { Row } from './foreign-row.ts';

/** The status as it was written, where it is one; a list of them too. */
function expectedStatus(value: unknown): string {
  const all = Array.isArray(value) ? value : [value];
  const isStatus = (one: unknown): boolean => /^[1-5]\d\d(-[1-5]\d\d)?$/.test(String(one));
  if (!all.every(isStatus)) return 'write `expected_status: 200`, a range such as 200-299, or a list';
  return `write \`expected_status: ${Array.isArray(value) ? `[${value.join(', ')}]` : value}\``;
}

const sslmodes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** What a URL of PostgreSQL says of TLS. */
function sslmode(value: unknown): string {
  const word = String(value).toLowerCase().replace('_', '-');
  const usual = /^(false|off|no)$/.test(word) ? 'disable' : /^(true|on|yes)$/.test(word) ? 'require' : 'verify-full';
  return `put it into \`url\`: \`?sslmode=${sslmodes.includes(word) ? word : usual}\``;
}

/** TLS by the scheme of the URL. */
const scheme = (plain: string) => (value: unknown) =>
  `write \`${plain}${/^(false|off|no|disabled?)$/i.test(String(value)) ? '' : 's'}://\` in \`url\``;
const switches = ['ssl', 'usessl', 'sslenabled', 'usetls', 'tlsenabled', 'enabletls', 'secure'];

export const ofTypes: readonly Row[] = [
  { words: ['minstatus', 'minimalstatus'], key: 'minimum_status', fix: 'write `minimum_status`' },
  {
    words: ['warndays', 'warningdays', 'expirydays', 'daysbeforeexpiry', 'daysleft'],
    key: 'warn_before',
    fix: (value) => `write \`warn_before: ${/^\d{1,4}$/.test(String(value)) ? value : 30}d\``,
  },
  {
    words: ['followredirects', 'followredirect', 'redirects', 'maxredirects', 'nofollowredirects'],
    key: 'expected_status',
    fix: 'leave it out: redirects are not followed; `expected_status: 301` takes one for an answer that passes',
  },
  { words: [...switches, 'sslmode'], key: 'statistics_url', fix: sslmode },
  { words: switches, key: 'cache_name', fix: scheme('redis') },
  { words: switches, key: 'minimum_status', fix: scheme('http') },
  { words: switches, key: 'expected_status', fix: scheme('http') },
  { words: [...switches, 'tls'], key: 'send', fix: 'write `type: tls`, which also looks at the certificate' },
  {
    words: [
      'status',
      'statuses',
      'statuscode',
      'statuscodes',
      'code',
      'codes',
      'httpcode',
      'httpstatus',
      'expectstatus',
      'expectedcode',
      'expectedcodes',
      'expectedstatuscode',
      'expectedstatuscodes',
      'validstatus',
      'validstatuscodes',
      'acceptedstatuscodes',
      'okstatus',
      'successcodes',
      'returncode',
    ],
    key: 'expected_status',
    fix: expectedStatus,
  },
  {
    words: ['regex', 'regexp', 'pattern', 'match', 'contains', 'content', 'expectbody', 'bodycontains', 'bodyregex'],
    key: 'body_matches',
    fix: 'write `body_matches`, a regular expression',
  },
  { words: ['jsonpath', 'jsonpointer', 'bodyjson'], key: 'json', fix: 'write `json: { path: $.status, equals: ok }`' },
  { words: ['basicauth', 'auth', 'login'], key: 'token', fix: 'write `username` and `password_file`, or `token_file`' },
  { words: ['bearer', 'bearertoken', 'authorization'], key: 'token', fix: 'write `token: ${NAME}`, or `token_file`' },
  { words: ['verb', 'httpmethod', 'requestmethod'], key: 'method', fix: 'write `method`' },
  {
    words: ['role', 'servertype', 'targetsessionattrs', 'mode'],
    key: 'expect',
    fix: 'write `expect: primary` or `replica`',
  },
  { words: ['db', 'dbindex'], key: 'database', fix: 'write `database`' },
  { words: ['sentinels'], key: 'sentinel', fix: 'write `sentinel: { addresses: [host:port], name: … }`' },
  { words: ['master', 'mastername', 'masterset'], key: 'addresses', fix: 'write `name`' },
  {
    words: ['server', 'nameserver', 'nameservers', 'resolvers', 'dnsserver'],
    key: 'resolver',
    fix: 'write `resolver: address:53`, with its own port',
  },
  { words: ['host', 'hostname', 'domain', 'query'], key: 'record', fix: 'write `name`, the name to ask for' },
  { words: ['recordtype', 'querytype', 'rrtype'], key: 'record', fix: 'write `record: A`' },
  { words: ['query', 'statement', 'select'], key: 'sql', fix: 'write `sql`' },
  {
    words: ['query', 'queries', 'sql', 'validationquery', 'testquery'],
    key: 'statistics_url',
    fix: 'leave it out: a query is asked by itself; what should become metrics stands in `statistics: { queries: [ … ] }`',
  },
  {
    words: ['valuefrom', 'secretkeyref', 'secretref', 'secretname', 'existingsecret', 'passwordfrom'],
    fix: 'write `${NAME}` as the value, and let the container’s `env` set NAME from the Secret',
  },
  {
    words: ['env', 'envfrom', 'environment'],
    fix: 'set the variables in the container, and write `${NAME}` where a value is wanted',
  },
];
