// One replica as a process: it asks a real PostgreSQL for the lead, and writes every 10 ms what it reads of its lease.
// Arguments: the settings of the check, the times of the lease, and the interval of its probe.
import { z } from 'zod';
import { createAttempt } from '../../src/checks/attempt.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { LeaseTimes } from '../../src/core/lease-times.ts';
import type { Log } from '../../src/core/log.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { driver } from '../../src/dependencies/postgres/driver.ts';
import { postgres } from '../../src/dependencies/postgres/index.ts';
import { createLeadership } from '../../src/leadership/index.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';

const [given = '{}', ofLease = '{}', ofProbe = '1000'] = process.argv.slice(2);
const settings = z.strictObject(postgres.settings).parse(JSON.parse(given));
const times = JSON.parse(ofLease) as LeaseTimes;
const intervalMs = Number(ofProbe);

const quiet = (): void => {};
const say = (line: string) => process.stdout.write(`${Date.now()} ${line}\n`);
const log: Log = { debug: quiet, info: quiet, warn: (_, message) => void say(`warns ${message}`), error: quiet };
const scheduler = createScheduler(systemClock);
const leadership = createLeadership({
  ...{ namespace: '', service: 'shop', clock: systemClock, random: Math.random, log, scheduler, times },
});
const places = [{ name: 'database', definition: postgres as unknown as Definition, settings }];
await leadership.load(places);
leadership.replace(places, 'database');
const { lease } = leadership;

/** From when on this replica tells what happens, in wall time: it tells what others may not have told, too. */
let spoke = false;
const write = (): void => {
  const { held, speaks, signal } = lease;
  if (speaks && !spoke) say(`from ${Math.max(0, Math.round(Date.now() - performance.now() + lease.toldUntil))}`);
  spoke = speaks;
  say(`${held && !signal.aborted ? 'held' : 'free'} ${speaks ? 'speaks' : 'silent'}`);
};
lease.onChange(write, new AbortController().signal);
setInterval(write, 10);

/** One look at who leads; what it cuts at its deadline can stay without an answer. */
async function look(session: ReturnType<typeof driver.session>): Promise<void> {
  const signal = AbortSignal.timeout(intervalMs);
  const election = leadership.election('database');
  const deadline = systemClock.now() + intervalMs;
  const attempt = createAttempt(systemClock, { signal, deadline, rests: new Map(), election });
  const probed = driver.probe(session, settings, attempt as Parameters<typeof driver.probe>[2]);
  const over = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  await Promise.race([probed, over]).catch(() => session.destroy());
}

for (let session = driver.session(settings); ; ) {
  const begin = performance.now();
  await look(session);
  if (session.closed) session = driver.session(settings);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, begin + intervalMs - performance.now())));
}
