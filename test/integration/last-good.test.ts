// A start that finds its file broken goes on with the last good configuration of its pod, and says so until it is right.
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { runFolder } from '../servers/process.ts';
import { type Sidewarden, startSidewarden } from '../servers/sidewarden.ts';
import { startTcpServer } from '../servers/tcp.ts';
import { runCommand } from './command.ts';

const token = 'a-token-of-32-letters-0123456789';
const password = 'hunter2-in-a-variable';
const daemons: Sidewarden[] = [];
const app = await startTcpServer((socket) => socket.end());
afterAll(async () => {
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  await app.stop();
});

const textOf = (service: string): string => `service: ${service}
token: \${SIDEWARDEN_TOKEN}
checks:
  app: { type: tcp, address: "127.0.0.1:${app.port}" }
  cache: { type: redis, url: "redis://h:1", password: "\${CACHE_PASSWORD}", required: false, gates: [] }
`;
const environment = { SIDEWARDEN_TOKEN: token, CACHE_PASSWORD: password };
const broken = 'service: [shop\nchecks:\n  app: { type: tpc }\n';

/** A file and the folder for what outlives a restart. */
async function place() {
  const folder = await runFolder('last-good');
  const file = join(folder, 'sidewarden.yaml');
  const state = join(folder, 'state');
  await mkdir(state);
  const start = async (...args: string[]): Promise<Sidewarden> => {
    const daemon = await startSidewarden({
      args: [`--config=${file}`, ...args],
      environment: { ...environment, SIDEWARDEN_STATE_DIR: state },
    });
    daemons.push(daemon);
    return daemon;
  };
  const run = (...args: string[]) =>
    runCommand(['run', `--config=${file}`, '--listen=127.0.0.1:0', ...args], {
      environment: { ...environment, SIDEWARDEN_STATE_DIR: state },
    });
  const kept = () => readFile(join(state, 'last-good.yaml'), 'utf8');
  /** A daemon that has kept its configuration, and was killed then. */
  const startAndKill = async (): Promise<void> => {
    const daemon = await start();
    await vi.waitFor(async () => expect(await kept()).toContain('checks:'));
    await daemon.kill();
  };
  return { file, state, start, startAndKill, run, kept, write: (text: string) => writeFile(file, text) };
}
const origin = (daemon: Sidewarden) =>
  daemon.get<string>('/metrics').then(({ text }) => /config_in_force\{source="(\w+)"\} 1/.exec(text)?.[1]);

describe.concurrent('a restart with a broken file', () => {
  test('goes on with the last good one, says so everywhere, and takes the new one over once it is right', async ({
    expect,
  }) => {
    const { start, write, kept } = await place();
    await write(textOf('shop'));
    const first = await start();
    expect(await origin(first)).toBe('file');
    await expect.poll(kept).toContain(textOf('shop'));
    expect(await kept(), 'references stay references').not.toMatch(new RegExp(`${token}|${password}`));
    await first.kill();
    await write(broken);

    const second = await start();
    await second.until(({ checks }) => checks.app?.status === 'healthy', 5000);
    const { body } = await second.get<{ notes?: string[] }>('/health');
    expect(body.notes?.join()).toMatch(
      /^the configuration file is broken, and the last good one, of \d{4}-.*Z, is in force/,
    );
    expect((await second.get('/health/ready')).code).toBe(200);
    expect(await origin(second)).toBe('last_good');
    expect(await second.metric('sidewarden_config_last_reload_successful')).toBe(0);
    const errors = second.log().filter(({ 'log.level': level }) => level === 'error');
    expect(errors.map(({ message }) => message).join()).toContain('is broken: the last good configuration');
    expect(second.output(), 'every mistake').toContain('a bracket or brace');
    expect(await kept(), 'the broken one is not kept').toContain(textOf('shop'));

    await write(textOf('orders'));
    await expect.poll(() => origin(second), { timeout: 10_000 }).toBe('file');
    expect(await second.metric('sidewarden_config_last_reload_successful')).toBe(1);
    await expect.poll(kept).toContain(textOf('orders'));
    await expect.poll(async () => (await second.get<{ notes?: string[] }>('/health')).body.notes).toBeUndefined();
  });

  test('goes on too where the file is gone, as a key of a ConfigMap can be', async ({ expect }) => {
    const { file, start, startAndKill, write } = await place();
    await write(textOf('shop'));
    await startAndKill();
    await rm(file);
    const second = await start();
    expect(await origin(second)).toBe('last_good');
    expect(Object.keys((await second.get('/health')).body.checks)).toEqual(['app', 'cache']);
  });

  test('ends with 78 at the first start of a pod, with --config-strict, and where what was kept is another’s', async ({
    expect,
  }) => {
    const { state, startAndKill, run, write } = await place();
    await write(broken);
    expect((await run()).code, 'the first start').toBe(78);
    await write(textOf('shop'));
    await startAndKill();
    await write(broken);
    expect(await run('--config-strict')).toMatchObject({ code: 78, stderr: expect.stringContaining('a bracket') });
    await chmod(join(state, 'last-good.yaml'), 0o644);
    expect((await run()).code, 'others could have written it').toBe(78);
  });

  test('check-config never looks at it', async ({ expect }) => {
    const { file, state, startAndKill, write } = await place();
    await write(textOf('shop'));
    await startAndKill();
    await write(broken);
    const options = { environment: { ...environment, SIDEWARDEN_STATE_DIR: state } };
    expect((await runCommand(['check-config', file], options)).code).toBe(78);
  });
});

test('a folder that cannot be written is told once, and nothing else happens', async () => {
  const { start, state, write } = await place();
  await write(textOf('shop'));
  await rm(state, { recursive: true });
  const daemon = await start();
  const told = () => daemon.log().filter(({ message }) => String(message).includes('cannot be kept'));
  await expect.poll(told).toHaveLength(1);
  expect((await daemon.get('/health/live')).code).toBe(200);
});

/** 300 in the long form, of which the note of the change tells. */
const kills = process.env.SIDEWARDEN_TEST_LONG === '1' ? 300 : 6;
test(`killed at ${kills} random instants around a reload, what is kept is whole and was good`, async () => {
  const { file, state, start, startAndKill, write, kept } = await place();
  const names = new Set<string>();
  let round = 0;
  const next = (): string => {
    round += 1;
    const text = `${textOf(`shop-${round}`)}# ${'x'.repeat(50_000)}\n`;
    names.add(text);
    return text;
  };
  await write(next());
  await startAndKill();
  for (let kill = 0; kill < kills; kill += 1) {
    const daemon = await start();
    await write(next());
    process.kill(daemon.pid, 'SIGHUP');
    await sleep(Math.random() * 40); // an instant around the reload, not an event
    await daemon.kill();
    const text = await kept();
    expect(names.has(text.slice(text.indexOf('\n') + 1)), `kill ${kill}`).toBe(true);
    expect((await readdir(state)).filter((name) => name !== '.last-good.yaml')).toEqual(['last-good.yaml']);
  }
  await writeFile(file, broken);
  expect(await origin(await start())).toBe('last_good');
}, 600_000);
