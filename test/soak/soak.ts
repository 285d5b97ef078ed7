// `npm run soak`: four real servers restarted, frozen and flooded as a seed has it, under load, and every answer judged.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { checksOf, names, startFour } from '../faults/four.ts';
import { startBare } from '../servers/bare.ts';
import { shippedOptions, startSidewarden } from '../servers/sidewarden.ts';
import { makeBrokenBuild } from './broken-build.ts';
import { createChance } from './chance.ts';
import { now, type Trouble, troubleServer } from './faults.ts';
import { flatness, type Sample } from './flat.ts';
import { type Broken, type Fault, isAsleep, judge, recoveryMs, type Terms } from './judge.ts';
import type { Batch, LoadData } from './load.ts';

const HELP = `npm run soak -- [OPTION...]

  --minutes N   how long faults are made (5)
  --hours N     the same in hours
  --seed N      what is drawn from; printed, another one each time unless given
  --limit MS    how long an answer may take on top of what a bare server took at the time (250)
  --broken      run a build that believes expired results, to see that it is caught

Ends with 0 when every promise was kept, with 1 when one was broken.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    hours: { type: 'string' },
    seed: { type: 'string' },
    limit: { type: 'string', default: '250' },
    broken: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const settings = { interval: '2s', timeout: '1800ms' };
const sampleEveryMs = 2000;
const shownAtMost = 20;

const started = now();
const say = (line: string): void => {
  const seconds = Math.floor((now() - started) / 1000);
  process.stdout.write(
    `${String(Math.floor(seconds / 60)).padStart(4)}:${String(seconds % 60).padStart(2, '0')}  ${line}\n`,
  );
};

function positive(value: string, name: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new Error(`--${name} wants a number above 0`);
  return number;
}

async function main(): Promise<number> {
  const lastsMs = (values.hours ? positive(values.hours, 'hours') * 60 : positive(values.minutes, 'minutes')) * 60_000;
  const answerMs = positive(values.limit, 'limit');
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error('--seed wants a whole number');
  say(`seed ${seed}: npm run soak -- --seed ${seed} --minutes ${lastsMs / 60_000}${values.broken ? ' --broken' : ''}`);

  const four = await startFour();
  const build = values.broken ? await makeBrokenBuild() : undefined;
  const daemon = await startSidewarden({
    configuration: { log_level: 'error', checks: checksOf(four, settings) },
    environment: four.kms.environment,
    node: shippedOptions(),
    ...(build && { entry: build.entry }),
  });
  await daemon.until((_, code) => code === 200, 60_000);
  const bare = await startBare(await daemon.get('/health'));
  const believedMs = await beliefs((name, labels) => daemon.metric(name, labels));
  const terms: Terms = { believedMs, answerMs };
  say(`a fault must show within ${names.map((name) => `${name} ${believedMs[name]} ms`).join(', ')}`);

  const faults: Fault[] = [];
  const broken: Broken[] = [];
  const count = { tookMs: [] as number[], scrapes: 0, failedScrapes: 0 };
  const load = new Worker(new URL('load.ts', import.meta.url), {
    workerData: { url: daemon.url, bareUrl: bare.url } satisfies LoadData,
  });
  load.on('message', (batch: Batch) => {
    count.scrapes = batch.scrapes;
    count.failedScrapes = batch.failedScrapes;
    for (const answer of batch.answers) {
      if (!isAsleep(answer, faults)) count.tookMs.push(answer.answered - answer.asked);
      for (const found of judge(answer, faults, terms)) {
        broken.push(found);
        if (broken.length <= shownAtMost) say(`BROKEN: ${found.promise}: ${found.what}`);
      }
    }
  });
  const samples: Sample[] = [];
  const sampling = setInterval(() => samples.push(sampleOf(daemon.pid)), sampleEveryMs);

  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  setTimeout(() => abort.abort(), lastsMs).unref();
  const trouble = (name: string): Trouble => ({
    daemon,
    chance: createChance(seed, name),
    believedMs: believedMs[name] ?? 0,
    faults,
    say,
    signal: abort.signal,
  });
  await Promise.all(names.map((name) => troubleServer(name, four[name], trouble(name))));

  say('no more faults: everything must come back');
  const longest = Math.max(...faults.map((fault) => recoveryMs(fault, believedMs[fault.target] ?? 0)));
  const back = await daemon.until((_, code) => code === 200, Math.max(longest, 10_000)).catch((error: Error) => error);
  if (back instanceof Error) broken.push({ promise: 'not healthy without a fault', at: now(), what: back.message });
  await wait(1500); // the last answers are judged
  clearInterval(sampling);
  await load.terminate();
  const code = conclude({ count, faults, broken, samples });
  await Promise.all([daemon.stop(), bare.stop(), four.stop()]);
  await build?.remove();
  return code;
}

async function beliefs(
  metric: (name: string, labels: Record<string, string>) => Promise<number | undefined>,
): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const check of names) {
    const bound = await metric('sidewarden_check_detection_bound_seconds', { check });
    const expiry = await metric('sidewarden_check_expiry_seconds', { check });
    if (bound === undefined || expiry === undefined) throw new Error(`/metrics does not say the bound of ${check}`);
    found[check] = 1000 * Math.max(bound, expiry);
  }
  return found;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function sampleOf(pid: number): Sample {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { at: now(), rssMb: Number(kilobytes) / 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

type Results = {
  readonly count: {
    /** Of the answers while the daemon was not frozen. */
    readonly tookMs: readonly number[];
    readonly scrapes: number;
    readonly failedScrapes: number;
  };
  readonly faults: readonly Fault[];
  readonly broken: readonly Broken[];
  readonly samples: readonly Sample[];
};

function conclude({ count, faults, broken, samples }: Results): number {
  const kinds = Map.groupBy(faults, ({ target, kind }) => `${target} ${kind}`);
  for (const [kind, all] of [...kinds].sort()) say(`  ${kind}: ${all.length}`);
  const { early, late, flat } = flatness(samples);
  const numbers = ({ rssMb, descriptors }: Omit<Sample, 'at'>) =>
    `${rssMb.toFixed(0)} MB and ${descriptors} descriptors`;
  const took = [...count.tookMs].sort((a, b) => a - b);
  const [p50, p99, slowest] = [0.5, 0.99, 1].map((share) => took[Math.ceil(took.length * share) - 1]?.toFixed(1));
  say(`${took.length} answers of /health: p50 ${p50} ms, p99 ${p99} ms, the slowest ${slowest} ms`);
  say(`${count.scrapes} answers of /metrics`);
  say(`at first ${numbers(early)}, at the end ${numbers(late)}: ${flat ? 'flat' : 'NOT FLAT'}`);
  if (count.failedScrapes > 0) say(`BROKEN: ${count.failedScrapes} scrapes failed`);
  for (const [promise, all] of Map.groupBy(broken, (each) => each.promise))
    say(`BROKEN: ${promise}: ${all.length} answers`);
  const total = broken.length + count.failedScrapes + (flat ? 0 : 1);
  say(`${faults.length} faults, ${total} broken promises`);
  return total === 0 ? 0 : 1;
}

if (values.help) {
  process.stdout.write(HELP);
} else {
  process.exit(await main());
}
