// A path where a host belongs, a path that the kernel does not take, and a socket's file where its folder belongs are told
// from other mistakes, wherever a path can be written; and a password is in none of what is said.
import { expect, test } from 'vitest';
import { loadText, right, wrong } from './load.ts';

/** An absolute path of so many bytes. */
const path = (bytes: number, end = '.sock'): string => `/${'d'.repeat(bytes - 1 - Buffer.byteLength(end))}${end}`;
const check = (type: string, settings: object) => JSON.stringify({ checks: { a: { type, ...settings } } });
const kernel = (bytes: number) => `has a socket path of ${bytes} bytes, and the kernel takes at most 107`;
const conninfo = (host: string, more = '') => ({ url: `host=${host} user=u password=hunter2 dbname=d${more}` });

test.each([
  ['control', JSON.stringify({ control: path(107) })],
  ['listen', JSON.stringify({ listen: `unix:${path(107)}` })],
  ['listen, several', JSON.stringify({ listen: [':0', `unix:${path(107)}`] })],
  ['http', check('http', { url: 'http://localhost/', socket: path(107) })],
  ['tcp', check('tcp', { address: `unix:${path(107)}` })],
  ['redis', check('redis', { url: `unix://${path(107)}` })],
  ['redis, of the local host', check('redis', { url: `unix://localhost${path(107)}` })],
  ['redis, with a space', check('redis', { url: 'unix:///run/redis%20a.sock?db=1' })],
  ['postgres', check('postgres', conninfo(path(107 - '/.s.PGSQL.5432'.length, '')))],
  ['postgres, a folder that looks like a file', check('postgres', conninfo('/run/.s.PGSQL'))],
  ['postgres, of Cloud SQL', check('postgres', conninfo('/cloudsql/a:europe-west1:b'))],
  [
    'postgres, an address beside the name of a file',
    check('postgres', conninfo('/x/.s.PGSQL.1', ' hostaddr=10.0.0.1')),
  ],
  ['a slash in a password', check('http', { url: 'http://u:hunter%2F2@app.test/' })],
  ['a slash in a path', check('http', { url: 'http://app.test/a%2Fb' })],
  ['a host called unix', check('http', { url: 'http://unix:8080/' })],
  ['a host called socket', check('tcp', { address: 'socket:80' })],
])('right: %s', (_where, text) => {
  right(loadText(text));
});

const tooLong: readonly (readonly [string, string, string, number])[] = [
  ['control', JSON.stringify({ control: path(108) }), 'control', 108],
  ['control in UTF-8', JSON.stringify({ control: path(108, 'ü') }), 'control', 108],
  ['listen', JSON.stringify({ listen: `unix:${path(120)}` }), 'listen', 120],
  ['listen, the second', JSON.stringify({ listen: [':0', `unix:${path(120)}`] }), 'listen[1]', 120],
  ['http', check('http', { url: 'http://localhost/', socket: path(108) }), 'checks.a.socket', 108],
  ['tcp', check('tcp', { address: `unix:${path(108)}` }), 'checks.a.address', 108],
  ['redis', check('redis', { url: `unix://${path(150)}` }), 'checks.a.url', 150],
  ['redis in UTF-8', check('redis', { url: `unix://${path(108, 'ü')}` }), 'checks.a.url', 108],
  ['postgres', check('postgres', conninfo(path(94, ''))), 'checks.a.url', 108],
  ['postgres, a longer port', check('postgres', conninfo(path(93, ''), ' port=15432')), 'checks.a.url', 108],
  [
    'postgres, in a URL',
    check('postgres', { url: `postgres://u:hunter2@${encodeURIComponent(path(100, ''))}/d` }),
    'checks.a.url',
    114,
  ],
  ['postgres, the second host', check('postgres', conninfo(`db,${path(94, '')}`)), 'checks.a.url', 108],
  [
    'postgres, for its statistics',
    check('postgres', { ...conninfo('db'), statistics_url: conninfo(path(94, '')).url }),
    'checks.a.statistics_url',
    108,
  ],
];
test.each(tooLong)('too long: %s', (_where, text, at, bytes) => {
  const [problem, ...more] = wrong(loadText(text));
  expect(more).toEqual([]);
  expect(problem?.path).toBe(at);
  expect(problem?.message).toContain(kernel(bytes));
});

test('too long: in variables', () => {
  const environment = { SIDEWARDEN_CONTROL: path(130), SIDEWARDEN_LISTEN: `:0,unix:${path(131)}` };
  const problems = wrong(loadText('checks: {}', { ...environment, REDIS_URL: `unix://${path(132)}` }));
  expect(problems.map(({ path: at, message }) => [at, /of \d+ bytes/.exec(message)?.[0]])).toEqual([
    ['SIDEWARDEN_LISTEN', 'of 131 bytes'],
    ['SIDEWARDEN_CONTROL', 'of 130 bytes'],
  ]);
});

const socket = '`socket: /run/app.sock`';
const redisForm = 'unix:///run/redis.sock';
const hostPort = 'only host:port can stand here';
test.each([
  ['listen', JSON.stringify({ listen: '/run/x.sock' }), 'as in unix:/run/sidewarden/http.sock'],
  ['listen', JSON.stringify({ listen: 'unix:x.sock' }), 'begins with /'],
  ['control', JSON.stringify({ control: 'unix:/run/x.sock' }), 'begins with /'],
  ['http socket', check('http', { url: 'http://x', socket: 'unix:/run/x.sock' }), 'as in /run/app.sock'],
  ['http', check('http', { url: '/run/app.sock' }), socket],
  ['http', check('http', { url: 'unix:///run/app.sock' }), socket],
  ['http', check('http', { url: 'http+unix://%2Frun%2Fapp.sock/health' }), socket],
  ['http', check('http', { url: 'http://unix:/run/app.sock:/health' }), socket],
  ['http', check('http', { url: 'http://%2Frun%2Fapp.sock/health' }), socket],
  ['http', check('http', { url: 'http:///run/app.sock' }), socket],
  ['tcp', check('tcp', { address: '/run/app.sock' }), 'unix:/run/app.sock'],
  ['tcp', check('tcp', { address: './app.sock' }), 'unix:/run/app.sock'],
  ['tcp', check('tcp', { address: 'unix:app.sock' }), 'unix: and the absolute path'],
  ['tls', check('tls', { address: '/run/app.sock' }), hostPort],
  ['tls', check('tls', { address: 'unix:/run/app.sock' }), hostPort],
  ['dns', check('dns', { name: 'a.test', resolver: '/run/resolver.sock' }), hostPort],
  ['redis', check('redis', { sentinel: { name: 'a', addresses: ['/run/redis.sock'] } }), hostPort],
  ['redis', check('redis', { cluster: { addresses: ['a:1', 'unix:///run/redis.sock'] } }), hostPort],
  ['redis', check('redis', { url: '/run/redis.sock' }), redisForm],
  ['redis', check('redis', { url: 'file:///run/redis.sock' }), redisForm],
  ['redis', check('redis', { url: 'redis+socket://:hunter2@/run/redis.sock' }), redisForm],
  ['redis', check('redis', { url: 'redis-socket:///run/redis.sock' }), redisForm],
  ['redis', check('redis', { url: 'redis:///run/redis.sock' }), redisForm],
  ['redis', check('redis', { url: 'redis://:hunter2@localhost/run/redis.sock' }), redisForm],
  ['redis', check('redis', { url: 'redis://:hunter2@%2Frun%2Fredis.sock' }), redisForm],
  ['redis', check('redis', { url: 'unix://run/redis.sock' }), 'has a host behind unix://'],
  ['redis', check('redis', { url: 'unix://' }), 'names no path'],
  ['postgres', check('postgres', conninfo('/run/postgresql/.s.PGSQL.5432')), 'the folder of the file'],
  ['postgres', check('postgres', conninfo('/run/.s.PGSQL.6432/')), 'the folder of the file'],
  ['postgres', check('postgres', conninfo('db,/run/.s.PGSQL.6432')), 'the folder of the file'],
  ['postgres', check('postgres', conninfo('.s.PGSQL.5432')), 'the folder of the file'],
  ['postgres', check('postgres', { url: 'postgres://u:hunter2@%2Frun%2F.s.PGSQL.5432/d' }), 'the folder of the file'],
  ['postgres', check('postgres', { url: 'postgres://u:hunter2@/d?host=/run/.s.PGSQL.5432' }), 'the folder of the file'],
  ['postgres', check('postgres', conninfo('unix:/run/postgresql')), 'begins with /'],
  ['postgres', check('postgres', conninfo('run/postgresql')), 'begins with /'],
])('a path in the wrong place: %s %s', (_where, text, said) => {
  const [problem, ...more] = wrong(loadText(text));
  expect(more).toEqual([]);
  expect(problem?.message).toContain(said);
  expect(JSON.stringify(problem)).not.toContain('hunter2');
});
