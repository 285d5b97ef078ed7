// drain and healthcheck against a real daemon: by every way there is to it, and when it is not there, hangs or stops.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../integration/command.ts';
import { makeCertificates } from '../servers/certificates.ts';
import { startHttpServer } from '../servers/http.ts';
import { freePort, removeFolder, runFolder } from '../servers/process.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { startTcpServer } from '../servers/tcp.ts';
import { atTerminal } from './at-terminal.ts';

let folder: string;
let control: string;
let daemon: Sidewarden;
beforeAll(async () => {
  folder = await runFolder('commands');
  control = join(folder, 'control.sock');
  daemon = await startSidewarden({ configuration: { control, checks: {} } });
});
afterAll(async () => {
  await daemon?.stop();
  if (folder !== undefined) removeFolder(folder);
});

/** Accepts and says nothing; `heldMs` is how long the first connection was held. */
async function startSilent(options: { path?: string } = {}) {
  const held = Promise.withResolvers<number>();
  const server = await startTcpServer((socket) => {
    const begin = performance.now();
    socket.resume().once('close', () => held.resolve(performance.now() - begin));
  }, options);
  return { port: server.port, heldMs: held.promise, stop: () => server.stop() };
}

const hostOf = (url: string): string => new URL(url).host;
const readiness = async () => (await daemon.get('/health/ready')).body;

describe('drain', () => {
  test('takes the pod out of service and back, however often it is said', async () => {
    for (let time = 0; time < 2; time++) {
      const drained = await runCommand(['drain', '--socket', control]);
      expect(drained).toEqual({ code: 0, stdout: 'draining: /health/ready answers 503\n', stderr: '' });
      expect(await readiness()).toMatchObject({ status: 'degraded', reason: 'draining' });
    }
    for (let time = 0; time < 2; time++) {
      const undone = await runCommand(['drain', '--undo'], { environment: { SIDEWARDEN_CONTROL: control } });
      expect(undone).toEqual({ code: 0, stdout: 'not draining\n', stderr: '' });
      expect(await readiness()).toMatchObject({ status: 'healthy' });
    }
  });

  test('no daemon: 1, and where it was looked for', async () => {
    const nobody = join(folder, 'nobody.sock');
    const { code, stderr } = await runCommand(['drain', '--socket', nobody]);
    expect(code).toBe(1);
    expect(stderr).toContain(`no daemon listens on ${nobody}`);
    expect(stderr).toContain('--socket');
  });

  test('a daemon that is stopping stays drained: 1, in its own words', async () => {
    const other = join(folder, 'stopping.sock');
    const stopping = await startSidewarden({ configuration: { control: other, drain_delay: '60s', checks: {} } });
    try {
      process.kill(stopping.pid, 'SIGTERM');
      await expect.poll(async () => (await stopping.get('/health/ready')).code).toBe(503);
      const { code, stderr } = await runCommand(['drain', '--undo', '--socket', other]);
      expect(code).toBe(1);
      expect(stderr).toContain('stopping');
    } finally {
      stopping.kill();
      await stopping.exited;
    }
  });

  test('a daemon that hangs: 1, after the time that it was given', async () => {
    const path = join(folder, 'silent.sock');
    const silent = await startSilent({ path });
    try {
      const { code, stderr } = await runCommand(['drain', '--timeout', '300ms', '--socket', path]);
      expect(code).toBe(1);
      expect(stderr).toContain('no answer in time');
      expect(await silent.heldMs).toBeLessThan(4000);
    } finally {
      await silent.stop();
    }
  });
});

describe('healthcheck', () => {
  test('finds the daemon by each option and variable', async () => {
    const host = hostOf(daemon.url);
    const port = host.split(':')[1];
    const ways: [string[], Record<string, string>][] = [
      [['--url', daemon.url], {}],
      [['--listen', host], {}],
      [['--listen', `:${port}`], {}],
      [['--socket', control], {}],
      [[], { SIDEWARDEN_LISTEN: host }],
      [[], { SIDEWARDEN_LISTEN: `127.0.0.1:${await freePort()},0.0.0.0:${port}` }],
      [[], { SIDEWARDEN_CONTROL: control }],
      [[], { SIDEWARDEN_CONTROL: join(folder, 'nobody.sock'), SIDEWARDEN_LISTEN: host }],
    ];
    const asked = ways.map(async ([args, environment]) => {
      const healthy = { code: 0, stdout: 'healthy\n', stderr: '' };
      const ended = await runCommand(['healthcheck', ...args], { environment });
      expect(ended, JSON.stringify([args, environment])).toEqual(healthy);
    });
    await Promise.all(asked);
  });

  test('over TLS, which only other programs can ask, the control socket decides', async () => {
    const { cert, key } = await makeCertificates(join(folder, 'certificates'));
    const socket = join(folder, 'tls.sock');
    const configuration = { control: socket, tls: { cert_file: cert, key_file: key }, checks: {} };
    const secured = await startSidewarden({ configuration, awaitLive: false });
    try {
      const ask = (environment: Record<string, string>) => runCommand(['healthcheck'], { environment });
      await expect.poll(() => existsSync(socket)).toBe(true);
      expect(await ask({ SIDEWARDEN_CONTROL: socket })).toMatchObject({ code: 0, stderr: '' });
      expect((await ask({ SIDEWARDEN_LISTEN: hostOf(secured.url) })).code).toBe(1);
      expect((await runCommand(['drain', '--socket', socket])).code).toBe(0);
    } finally {
      await secured.stop();
    }
  });

  test('another path, and one that answers 503', async () => {
    expect((await runCommand(['healthcheck', '/health', '--url', daemon.url])).code).toBe(0);
    await runCommand(['drain', '--socket', control]);
    const { code, stderr } = await runCommand(['healthcheck', '/health/ready', '--url', daemon.url]);
    await runCommand(['drain', '--undo', '--socket', control]);
    expect(code).toBe(1);
    expect(stderr).toContain('/health/ready answered 503');
    expect((await runCommand(['healthcheck', '/health/ready', '--url', daemon.url])).code).toBe(0);
  });

  test('no daemon, a silent one, and one that speaks another protocol: 1', async () => {
    const nobody = await runCommand(['healthcheck', '--listen', `127.0.0.1:${await freePort()}`]);
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toContain('ECONNREFUSED');
    expect(nobody.stderr).not.toContain('configuration file');
    const elsewhere = { SIDEWARDEN_LISTEN: `127.0.0.1:${await freePort()}` };
    expect((await runCommand(['healthcheck'], { environment: elsewhere })).stderr).toContain(
      'the configuration file is not read: use --listen, --url or --socket',
    );
    const silent = await startSilent();
    const late = await runCommand(['healthcheck', '--timeout', '300ms', '--listen', `127.0.0.1:${silent.port}`]);
    expect(late.code).toBe(1);
    expect(late.stderr).toContain('no answer in time');
    expect(await silent.heldMs).toBeLessThan(4000);
    const rude = await startTcpServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    expect((await runCommand(['healthcheck', '--listen', `127.0.0.1:${rude.port}`])).code).toBe(1);
    await Promise.all([silent.stop(), rude.stop()]);
  });

  test('an endless answer is not read for ever', async () => {
    const endless = await startHttpServer((_, response) => {
      response.writeHead(200);
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(64 * 1024), () => setImmediate(more));
      };
      more();
    });
    const { code, stdout } = await runCommand(['healthcheck', '--url', `http://127.0.0.1:${endless.port}`]);
    await endless.stop();
    expect(code).toBe(0);
    expect(stdout.length).toBeLessThan(2_000_000);
  });

  test.each([
    [['health/live'], 'begins with /'],
    [['--timeout', '5'], 'duration'],
    [['--listen', 'nonsense'], 'address nonsense'],
    [['--url', 'https://127.0.0.1:9090'], '--socket'],
    [['--url', 'http://127.0.0.1:9090', '--listen', ':9090'], 'keep one of them'],
  ])('%j ends with 2', async (args, words) => {
    const { code, stderr } = await runCommand(['healthcheck', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});

describe('run', () => {
  const args = ['run', '--listen=localhost:0'];
  const dialogue = [[/listening on/, '\u0003']] as const; // Ctrl-C

  test.each([
    [[], {}, '\u001b[32minfo \u001b[39m listening on http://'],
    [[], { NO_COLOR: '1' }, ' info  listening on http://'],
    [['--log-format=json'], {}, '{"log.level":"info"'],
  ])('at a terminal, %o %o', async (more, environment, expected) => {
    const { code, shown } = await atTerminal([...args, ...more], { environment, dialogue, cwd: folder });
    expect(code).toBe(0);
    expect(shown).toContain(expected);
    expect(shown).toContain('stopping: SIGINT');
  });

  test('text in a pipe, where it is asked for, has its date and no colours', async () => {
    const text = await startSidewarden({ environment: { SIDEWARDEN_LOG_FORMAT: 'text' } });
    try {
      await expect.poll(() => text.output()).toMatch(/^\d{4}-\d\d-\d\dT\S+Z warn {2}No check is configured: .*$/m);
      expect(text.output()).toMatch(
        /^\d{4}-\d\d-\d\dT\S+Z info {2}no configuration file: neither \.\/sidewarden\.yaml nor /m,
      );
      for (const sign of ['{', '\u001b']) expect(text.output()).not.toContain(sign);
    } finally {
      await text.stop();
    }
  });
});
