// Passwords of every kind at every place where one can be given. One that is accepted arrives as it is in the log-in, and
// nowhere else; one that is refused causes no lookup and no connection; neither is in anything that is said.
// SIDEWARDEN_TEST_LONG=1 tries ten thousand.
import { execFile } from 'node:child_process';
import { Resolver } from 'node:dns';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { probeOnce } from '../../src/checks/probe-once.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { loadText, right } from '../config/load.ts';
import { startDnsServer } from '../servers/dns.ts';
import { type Listening, startListening } from '../servers/listening.ts';
import { ownResolvConf } from '../servers/resolv-conf.ts';
import { startSidewarden } from '../servers/sidewarden.ts';

/** However busy the machine is, each is asked. */
const patient = { timeout: '60s', interval: '61s' };
const count = process.env.SIDEWARDEN_TEST_LONG === '1' ? 10_000 : 400;
const atOnce = 100;

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'sidewarden-passwords-'));
let servers: Record<'postgres' | 'redis' | 'http', Listening>;
/** What each user logged in with, by the user's name. */
const logIns = new Map<string, string>();

beforeAll(async () => {
  const [postgres, redis, http] = await Promise.all([
    startListening(() => createServer(speakPostgres)),
    startListening(() => createServer(speakRedis)),
    startListening(() =>
      createHttp(({ headers }, response) => {
        const [user = '', ...password] = Buffer.from((headers.authorization ?? '').slice(6), 'base64')
          .toString()
          .split(':');
        logIns.set(user, password.join(':'));
        response.setHeader('content-type', 'application/json').end('{"status":"green"}');
      }),
    ),
  ]);
  servers = { postgres, redis, http };
});
afterAll(async () => {
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

/** Asks for the password in clear text, and refuses it. */
function speakPostgres(socket: Socket): void {
  let user = '';
  socket
    .on('error', () => {})
    .on('data', (data) => {
      if (user === '') {
        user = /user\0([^\0]*)/.exec(data.toString())?.[1] ?? '';
        socket.write(Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 3]));
      } else if (data[0] === 112) {
        logIns.set(user, data.subarray(5, data.length - 1).toString());
        const fields = Buffer.from('SFATAL\0C28P01\0Mno\0\0');
        socket.end(Buffer.concat([Buffer.from([69, 0, 0, 0, fields.length + 4]), fields]));
      }
    });
}

/** Takes every log-in, and knows PING alone beside it. */
function speakRedis(socket: Socket): void {
  socket
    .on('error', () => {})
    .on('data', (data) => {
      const words = wordsOf(data);
      for (const [command = '', user = '', password = ''] of words) {
        if (command === 'AUTH') logIns.set(user, password);
        socket.write(command === 'AUTH' ? '+OK\r\n' : command === 'PING' ? '+PONG\r\n' : '-ERR unknown command\r\n');
      }
    });
}
/** Each command comes whole here: they are short, and one waits for the other. */
function wordsOf(data: Buffer): string[][] {
  const commands: string[][] = [];
  let at = 0;
  const line = (): string => {
    const end = data.indexOf('\r\n', at);
    const text = data.subarray(at, end).toString();
    at = end + 2;
    return text;
  };
  while (at < data.length) {
    const words = Array.from({ length: Number(line().slice(1)) }, () => {
      const length = Number(line().slice(1));
      const word = data.subarray(at, at + length).toString();
      at += length + 2;
      return word;
    });
    commands.push(words);
  }
  return commands;
}

type Given = {
  readonly type: 'postgres' | 'redis' | 'elasticsearch' | 'http';
  readonly place:
    | 'url'
    | 'coded url'
    | 'setting'
    | 'file'
    | 'variable'
    | 'variable file'
    | 'url file'
    | 'variable in url';
  /** What it begins with: a port, and what ends one. */
  readonly lead: string;
  /** What is special in the middle, between marks that no other text holds. */
  readonly middle: string;
};
const given: fc.Arbitrary<Given> = fc.record({
  type: fc.constantFrom('postgres', 'redis', 'elasticsearch', 'http'),
  place: fc.constantFrom(
    'url',
    'coded url',
    'setting',
    'file',
    'variable',
    'variable file',
    'url file',
    'variable in url',
  ),
  lead: fc.constantFrom('', '', '', '80/', '80?', '80#', '80@', '80'),
  middle: fc.string({ unit: fc.constantFrom(...'#?/@:%[]^ aZ7éßд日𝒳'), minLength: 1, maxLength: 8 }),
});

const schemes = { postgres: 'postgres', redis: 'redis', elasticsearch: 'http', http: 'http' };
const marksOf = (name: string): readonly string[] => [`${name}begin`, `${name}end`];
const passwordOf = (name: string, { lead, middle }: Given): string => lead + marksOf(name).join(middle);

/** The settings of the check, with what they need in files and variables. */
function checkOf(name: string, one: Given, environment: Record<string, string>): Record<string, unknown> {
  const { type, place } = one;
  const password = passwordOf(name, one);
  const { host, port } = servers[type === 'elasticsearch' ? 'http' : type];
  const rest = `${host}:${port}${type === 'postgres' ? '/shop?sslmode=disable' : ''}`;
  const urlWith = (written: string) => `${schemes[type]}://${name}:${written}@${rest}`;
  const plain = { type, url: `${schemes[type]}://${rest}`, username: name };
  const file = (text: string): string => {
    const path = join(folder, `${name}-${place.replaceAll(' ', '-')}`);
    writeFileSync(path, text);
    return path;
  };
  const variable = `V_${name.toUpperCase()}`;
  // biome-ignore-start lint/style/useTemplate: the configuration's own substitution
  switch (place) {
    case 'url':
      return { type, url: urlWith(password) };
    case 'coded url':
      return { type, url: urlWith(encodeURIComponent(password)) };
    case 'setting':
      return { ...plain, password };
    case 'file':
      return { ...plain, password_file: file(`${password}\n`) };
    case 'variable':
      environment[variable] = password;
      return { ...plain, password: '${' + variable + '}' };
    case 'variable file':
      environment[`${variable}_FILE`] = file(`\ufeff${password}\r\n`);
      return { ...plain, password: '${' + variable + '}' };
    case 'url file':
      environment[`${variable}_FILE`] = file(`${urlWith(password)}\n`);
      return { type, url: '${' + variable + '}' };
    case 'variable in url':
      environment[variable] = password;
      return { type, url: urlWith('${' + variable + '}') };
  }
  // biome-ignore-end lint/style/useTemplate: the configuration's own substitution
}

/** `http://user:80/rest@host` is a path with an @ of the server `user`: nobody can tell, and nothing of it is shown. */
const asPassword = (one: Given): Given => (one.type === 'http' && /[/?]/.test(one.lead) ? { ...one, lead: '80' } : one);

/** Whether a URL may be refused for this password: what ends a user's part, or a percent sign that could be an escape. */
const mayBeRefused = ({ place, lead, middle }: Given): boolean =>
  place.includes('url') && place !== 'coded url' && /[#?/@%]/.test(lead + middle);

/** As a URL means it. */
const meant = (name: string, one: Given): string => {
  const password = passwordOf(name, one);
  return one.place.includes('url') && one.place !== 'coded url' && /%[0-9a-f]{2}/i.test(password)
    ? decodeURIComponent(password)
    : password;
};

test('an accepted one arrives as it is, a refused one asks nobody, and nothing of either is said', async () => {
  const lookUps = [vi.spyOn(Resolver.prototype, 'resolve4'), vi.spyOn(Resolver.prototype, 'resolve6')];
  const tally = { accepted: 0, refused: 0 };
  const all = fc.sample(given, { numRuns: count, seed: 20_261_127 }).map(asPassword);
  for (let begin = 0; begin < count; begin += atOnce) {
    const chunk = new Map(all.slice(begin, begin + atOnce).map((one, index) => [`x${begin + index}q`, one]));
    const environment: Record<string, string> = {};
    const checks = Object.fromEntries(
      [...chunk].map(([name, one]) => [name, { ...checkOf(name, one, environment), ...patient }]),
    );
    const first = loadText(JSON.stringify({ checks }), environment);
    const said: string[] = [];
    if (!first.ok) {
      for (const problem of first.problems) {
        const name = problem.path.split('.')[1] as string;
        said.push(`${problem.message} ${problem.fix ?? ''}`);
        expect(mayBeRefused(chunk.get(name) as Given), `${name} ${JSON.stringify(chunk.get(name))}`).toBe(true);
        delete checks[name];
        tally.refused += 1;
      }
    }
    const { checks: configured, secrets } = right(loadText(JSON.stringify({ checks }), environment));
    logIns.clear();
    const bodies = await probeOnce(configured, { clock: systemClock, redact: createRedactor(() => secrets) });
    said.push(JSON.stringify(Object.values(bodies))); // without the names
    for (const name of Object.keys(checks)) {
      const one = chunk.get(name) as Given;
      const text = `${name} ${JSON.stringify(one)} ${JSON.stringify(bodies[name]?.last_run)}`;
      if (logIns.has(name)) {
        expect(logIns.get(name), text).toBe(meant(name, one));
        tally.accepted += 1;
      } else {
        expect(one.place === 'url file' && mayBeRefused(one), text).toBe(true);
        expect(bodies[name]?.last_run?.error, text).toMatch(/^(auth|misconfig|server)$/);
        tally.refused += 1;
      }
    }
    const marks = [...chunk.keys()].flatMap(marksOf);
    const text = said.join('\n');
    expect(marks.filter((mark) => text.includes(mark))).toEqual([]);
  }
  expect(lookUps.flatMap((spy) => spy.mock.calls.map(([name]) => name))).toEqual([]);
  for (const spy of lookUps) spy.mockRestore();
  expect(tally.accepted).toBeGreaterThan(count / 2);
  expect(tally.refused).toBeGreaterThan(count / 10);
  if (count > 1000) console.info(tally);
});

const tools = {
  postgres: (url: string) => ['psql', '--no-psqlrc', '-c', 'SELECT 1', url],
  redis: (url: string) => ['redis-cli', '-u', url, 'PING'],
  http: (url: string) => ['curl', '-sS', '--max-time', '10', url],
} as const;
/** Where ours differs, as docs/configuration.md says and gives the reason for. */
const differs: Readonly<Record<keyof typeof tools, readonly string[]>> = {
  postgres: ['a%FFb'],
  redis: ['a#b', 'a?b', 'a/b', '80/b', '80?b', 'a%b^c', '100%', 'a%FFb'],
  http: ['a b', 'a[b]', 'a%zz%41', 'a%FFb'],
};

test.each(Object.keys(tools) as (keyof typeof tools)[])(
  '%s: its own tool reads the same passwords, or the page says why not',
  async (type) => {
    const written = [
      'plain',
      'a:b',
      'a^b',
      'a b',
      'a[b]',
      'é€',
      'a%23b',
      'a%40b%2Fc',
      'a%b^c',
      '100%',
      'a%zz%41',
      'a%FFb',
      'a#b',
      'a?b',
      'a/b',
      '80/b',
      '80?b',
      'a@b',
      'a@b/c#d',
    ];
    const { host, port } = servers[type];
    const rest = `${host}:${port}${type === 'postgres' ? '/shop?sslmode=disable&connect_timeout=5' : '/'}`;
    const verdicts = await Promise.all(
      written.map(async (password, index) => {
        const urlOf = (user: string) => `${schemes[type]}://${user}:${password}@${rest}`;
        const [command, ...args] = tools[type](urlOf(`theirs-${type}-${index}`)) as [string, ...string[]];
        await run(command, args, { timeout: 20_000 }).catch(() => {}); // what arrived counts
        const loaded = loadText(
          JSON.stringify({ checks: { one: { type, url: urlOf(`ours-${type}-${index}`), ...patient } } }),
        );
        if (loaded.ok) await probeOnce(loaded.configuration.checks, { clock: systemClock, redact: (text) => text });
        if (['a/b', 'a#b', 'a?b', '80/b', '80?b', 'a b'].includes(password))
          console.log(
            type,
            password,
            logIns.get(`theirs${index}`),
            '|',
            logIns.get(`ours${index}`),
            loaded.ok ? 'ok' : loaded.problems[0]?.message,
          );
        const same = logIns.get(`theirs-${type}-${index}`) === logIns.get(`ours-${type}-${index}`);
        return same ? [] : [password];
      }),
    );
    expect(verdicts.flat()).toEqual(written.filter((password) => differs[type].includes(password)));
  },
);

test('a daemon asks no name server and connects to nobody for what it refuses, and says nothing of it', async () => {
  const dns = await startDnsServer([]);
  const conf = ownResolvConf(`nameserver [${dns.host}]:${dns.port}\n`);
  const passwords = [
    'S3cret@Half#Rest',
    'S3cret/Half',
    'S3cret?Half',
    'S3cret#Half',
    'S3cret@Half',
    'a%zz%41S3cret',
    'S3cret%FF',
  ];
  const checks: Record<string, Record<string, unknown>> = {};
  const environment: Record<string, string> = {};
  for (const [type, { host, port }] of Object.entries({ ...servers, elasticsearch: servers.http })) {
    for (const [index, password] of passwords.entries()) {
      if (type === 'postgres' && /^S3cret[?#]/.test(password)) continue; // libpq takes these as they are
      const scheme = schemes[type as keyof typeof schemes];
      const file = join(folder, `${type}-${index}`);
      writeFileSync(file, `${scheme}://u:${password}@${index % 2 === 0 ? `${host}:${port}` : 'db.example.com'}`);
      environment[`U_${type.toUpperCase()}_${index}_FILE`] = file;
      checks[`${type}-${index}`] = {
        type,
        url: `\${U_${type.toUpperCase()}_${index}}`,
        interval: '500ms',
        timeout: '400ms',
      };
    }
  }
  const before = Object.values(servers).map(({ accepted }) => accepted);
  let heard = '';
  const daemon = await startSidewarden({
    through: conf.through,
    configuration: { token: 'the-token-of-this-test', checks },
    environment,
    hear: (text) => (heard += text),
  });
  try {
    await daemon.until((body) => Object.values(body.checks).every(({ status }) => status === 'unhealthy'), 30_000);
    const authorization = 'Bearer the-token-of-this-test';
    for (const path of ['/health', '/health/detailed', '/metrics']) {
      heard += (await daemon.get(path, { authorization })).text;
    }
    expect(dns.questions).toEqual([]);
    expect(Object.values(servers).map(({ accepted }) => accepted)).toEqual(before);
    expect(heard).toContain('has a # before an @');
    expect(heard.match(/S3cret|Half|Rest|%zz/g)).toBeNull();
  } finally {
    await daemon.stop();
    await dns.stop();
    conf.remove();
  }
});
