// Who listens at a wrong port is named, by each type that expects a protocol of its own; and nothing of it hangs.
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Definition } from '../../src/dependencies/define.ts';
import { classify, messageOf } from '../../src/dependencies/fault.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { startTcpServer } from '../servers/tcp.ts';
import { makeAttempt } from './attempt.ts';

type Words = string | readonly number[];
/** @param early it speaks before it is asked */
const strangers: readonly (readonly [name: string, says: Words, early?: true])[] = [
  ['HTTP', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'],
  ['TLS', [0x15, 3, 1, 0, 2, 2, 0x46]],
  ['TLS', [0x15, 3, 3, 0, 2, 2, 0x28]],
  ['SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n', true],
  ['SMTP or FTP', '220 mail.example.com ESMTP\r\n', true],
  ['IMAP', '* OK IMAP4rev1 ready\r\n', true],
  ['MySQL’s protocol', [0x4a, 0, 0, 0, 0x0a, 0x38, 0x2e, 0x30, 0], true],
  ['memcached’s protocol', 'ERROR\r\n'],
  ['AMQP', 'AMQP\0\0\x09\x01'],
  ['NATS’ protocol', 'INFO {"server_id":"x"}\r\n', true],
  ['Redis’ protocol', "-ERR wrong number of arguments for 'get' command\r\n"],
  ['Redis’ protocol', '-NOAUTH Authentication required.\r\n'],
  ['PostgreSQL’s protocol', 'E\0\0\0\x18SFATAL\0C08P01\0Mbad\0\0'],
  ['', '<html>no</html>'],
  ['', [0, 1, 2, 3]],
];

type Case = readonly [name: string, own: string, type: string, settings: (at: string) => object];
const cases: readonly Case[] = [
  ['redis', 'Redis’ protocol', 'redis', (at) => ({ url: `redis://${at}` })],
  ['redis with a password', 'Redis’ protocol', 'redis', (at) => ({ url: `redis://:hunter2@${at}` })],
  ['redis as a cluster', 'Redis’ protocol', 'redis', (at) => ({ cluster: { addresses: [at] } })],
  ['redis behind sentinels', 'Redis’ protocol', 'redis', (at) => ({ sentinel: { addresses: [at], name: 'shop' } })],
  [
    'postgres',
    'PostgreSQL’s protocol',
    'postgres',
    (at) => ({ url: `postgres://u:hunter2@${at}/shop?sslmode=disable` }),
  ],
  [
    'postgres, TLS',
    'PostgreSQL’s protocol',
    'postgres',
    (at) => ({ url: `postgres://app@${at}/shop?sslmode=require` }),
  ],
  ['elasticsearch', 'HTTP', 'elasticsearch', (at) => ({ url: `http://${at}` })],
  ['http', 'HTTP', 'http', (at) => ({ url: `http://${at}/` })],
];

let says: Words = '';
let early = false;
let server: Awaited<ReturnType<typeof startTcpServer>>;
beforeAll(async () => {
  server = await startTcpServer((socket: Socket) => {
    const speak = () => socket.write(typeof says === 'string' ? Buffer.from(says, 'latin1') : Buffer.from(says));
    if (early) speak();
    else socket.once('data', speak);
  });
});
afterAll(() => server.stop());

async function outcomeOf(type: string, given: object): Promise<string> {
  const definition = (definitions as readonly unknown[] as readonly Definition[]).find((one) => one.type === type);
  if (definition === undefined) throw new Error(`no type ${type}`);
  const settings = z.strictObject(definition.settings).parse(given);
  const driver = await definition.load();
  const session = driver.session(settings);
  try {
    await driver.probe(session, settings, makeAttempt());
    return 'passed';
  } catch (error) {
    return `${classify({ driver, definition }, error).errorClass}: ${messageOf(error, 0)}`;
  } finally {
    session.destroy();
  }
}

describe.each(cases)('%s', (name, own, type, settings) => {
  const others = strangers
    .filter(([spoken]) => spoken !== own && !(name === 'http' && spoken === ''))
    .map(([spoken, words, first]) => [spoken, words, first === true] as const);
  test.each(others)('hears of %s: %j', async (spoken, words, first) => {
    says = words;
    early = first;
    const said = await outcomeOf(type, settings(`${server.host}:${server.port}`));
    const wanted = spoken === '' ? `the other end does not speak ${own}` : `the other end speaks ${spoken}, not ${own}`;
    expect(said).toContain(`server: ${wanted}: see `);
    expect(said).not.toContain('hunter2');
  });
});

test.each(['disable', 'prefer', 'require'])(
  'a PostgreSQL that cannot start a process says so (%s)',
  async (sslmode) => {
    says = 'Ecould not fork new process for connection: Cannot allocate memory\n\0';
    early = false;
    const url = `postgres://app@${server.host}:${server.port}/shop?sslmode=${sslmode}`;
    expect(await outcomeOf('postgres', { url })).toBe(
      'capacity: the server says: could not fork new process for connection: Cannot allocate memory',
    );
  },
);
