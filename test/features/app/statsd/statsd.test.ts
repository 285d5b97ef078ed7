// The StatsD part with a house of the tests: names that come and go, and the end.
import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/core/clock.ts';
import { createStatsd, type Statsd } from '../../../../src/features/app/statsd/statsd.ts';
import { makeLog } from '../../../http/serve.ts';
import { freePort } from '../../../servers/process.ts';
import { catalogue, settingsOf } from './make.ts';

const never = new AbortController().signal;
let statsd: Statsd | undefined;
afterEach(() => statsd?.close());

async function start() {
  const port = await freePort();
  const values = new Map<string, number>();
  const taken = new Set<string>();
  const log = makeLog();
  const made = createStatsd(settingsOf({ listen: [`udp://127.0.0.1:${port}`] }), {
    ...{ clock: systemClock, log, prefix: '', metrics: catalogue },
    taken: (name) => taken.has(name),
    onPage: () => new Set<string>(),
    meter({ name }) {
      const keyOf = (labels: Readonly<Record<string, string>>): string =>
        [name.replace('sidewarden_app_statsd_', ''), ...Object.values(labels)].join(' ');
      return {
        set: (labels, value) => void values.set(keyOf(labels), value),
        add: (labels, value) => void values.set(keyOf(labels), (values.get(keyOf(labels)) ?? 0) + value),
        observe() {},
        remove() {},
      };
    },
  });
  statsd = made;
  const socket = createSocket('udp4');
  const page = (): string => Buffer.concat(made.parts(systemClock.now())).toString();
  const [job] = made.jobs;
  return {
    ...{ statsd: made, values, taken, log, page },
    second: () => job?.run(never),
    send: (packet: string): Promise<unknown> =>
      new Promise((resolve) => socket.send(packet, port, '127.0.0.1', resolve)),
    done: () => socket.close(),
  };
}

describe('a name', () => {
  test('that is taken while a metric has it is hidden, and its lines do not count, until it is free', async () => {
    const { second, send, taken, page, values, done } = await start();
    await second();
    await send('pg_up:1|c\nother:1|c\nx:1|h');
    await expect.poll(page).toContain('pg_up 1');
    taken.add('pg_up').add('x_sum');
    await second();
    expect(page()).not.toMatch(/pg_up|x_count/);
    expect(page()).toContain('other 1');
    await send('pg_up:1|c\nx:1|h\nother:1|c');
    await expect.poll(page).toContain('other 2');
    taken.clear();
    await second();
    expect(values.get('rejected_total reserved')).toBe(2);
    expect(page()).toContain('pg_up 1');
    expect(page()).toContain('x_count 1');
    await send('pg_up:1|c');
    await expect.poll(page).toContain('pg_up 2');
    done();
  });
  test('that was taken when its first lines came counts once it is free', async () => {
    const { second, send, taken, page, values, done } = await start();
    taken.add('pg_up');
    await second();
    await send('pg_up:1|c\npg_up:1|c\nother:1|c');
    await expect.poll(page).toContain('other 1');
    await second();
    expect(values.get('rejected_total reserved')).toBe(2);
    taken.clear();
    await send('pg_up:1|c');
    await expect.poll(page).toContain('pg_up 1');
    done();
  });
});

test('what changed is rendered by a job, every quarter of a second', async () => {
  const { statsd: made, second, send, page, done } = await start();
  await second();
  const job = made.jobs[1];
  expect(job?.next(systemClock.now())).toBeLessThan(systemClock.now());
  await send('x:1|c');
  await expect.poll(page).toContain('x 1');
  await job?.run(never);
  expect((job?.next(systemClock.now()) ?? 0) - systemClock.now()).toBeGreaterThan(200);
  await send('x:1|c');
  await expect.poll(page).toContain('x 2');
  done();
});

test('what has arrived is counted at the end, and told', async () => {
  const { statsd: made, second, send, page, values, done } = await start();
  await second();
  const packet = Array.from({ length: 1000 }, (_, at) => `x${at % 7}:1|c|#n:${at}`).join('\n');
  for (let at = 0; at < 20; at += 1) await send(packet.replaceAll('n:', `n:${at}.`));
  await expect.poll(page).toContain('x0');
  await made.close();
  const packets = values.get('packets_total udp') ?? 0;
  expect(packets).toBeGreaterThan(0);
  expect(values.get('lines_total')).toBe(packets * 1000);
  expect(values.get('series')).toBeGreaterThan(0);
  expect(values.get('up')).toBe(0);
  done();
});
