// The raw events of the script, second by second, and what they say of an objective: the reference of all others.
import type { Counts } from '../../../../src/features/slos/budget.ts';
import { createRandom } from '../../../servers/shop/random.ts';
import { drainsS, lastsS, outages, type Pod, pods, rateAt, type Span, startsS, transactions, usual } from './script.ts';

export const podKinds = ['ready', 'check', 'ratio', 'histogram'] as const;
export const kinds = [...podKinds, 'expression'] as const;
export type PodKind = (typeof podKinds)[number];
export type Kind = (typeof kinds)[number];

/** How many there are in each second. */
export type Events = { readonly good: Uint8Array; readonly bad: Uint8Array };

/** Its arrays have one entry for each second of the pod's life. */
export type PodHistory = {
  readonly pod: Pod;
  /** Which of our processes runs, from 1; 0: none. */
  readonly process: Uint8Array;
  /** Which of the service's processes runs, from 1; 0: none. */
  readonly app: Uint8Array;
  readonly events: Readonly<Record<PodKind, Events>>;
};

export type History = { readonly pods: readonly PodHistory[]; readonly server: Events };

export function createHistory(seed: number): History {
  return {
    pods: pods.map((pod, index) => historyOf(pod, seed + index)),
    server: serverHistory(seed + pods.length),
  };
}

const noEvents = (length: number): Events => ({ good: new Uint8Array(length), bad: new Uint8Array(length) });

/** Which outage there is in each second, from 1; of two the later. @param pod whose; undefined: what everybody sees */
function outageBySecond(pod?: string): Uint8Array {
  const found = new Uint8Array(lastsS);
  for (const [index, outage] of outages.entries())
    if (outage.pod === undefined || outage.pod === pod) found.fill(index + 1, outage.from, outage.to);
  return found;
}

function processesOf({ from, to }: Pod, away: readonly Span[]): Uint8Array {
  const running = new Uint8Array(to - from).fill(1);
  for (const [index, gap] of away.entries()) {
    running.fill(0, gap.from - from, gap.to - from);
    running.fill(index + 2, gap.to - from);
  }
  return running;
}

function historyOf(pod: Pod, seed: number): PodHistory {
  const random = createRandom(seed);
  const length = pod.to - pod.from;
  const [process, app] = [processesOf(pod, pod.away), processesOf(pod, pod.appAway)];
  const [ready, check, ratio, histogram] = [noEvents(length), noEvents(length), noEvents(length), noEvents(length)];
  const outage = outageBySecond(pod.name);
  const counts = createReadyCounts();
  let unreadyS = 0;
  for (let age = 0; age < length; age++) {
    const second = pod.from + age;
    const now = outages[(outage[second] ?? 0) - 1];
    const unhealthy = now !== undefined && (second - now.from) % 60 < now.unhealthyS;
    const draining = age >= length - drainsS && pod.to < lastsS;
    const up = app[age] !== 0 && age >= startsS;
    unreadyS = unhealthy || !up ? unreadyS + 1 : 0;
    if (process[age] !== 0) (unhealthy ? check.bad : check.good)[age] = 1;
    if (counts(process[age] ?? 0, unreadyS === 0) && !draining) (unreadyS > 0 ? ready.bad : ready.good)[age] = 1;
    // Who is not ready gets no traffic after a while, unless nobody is.
    if (!up || draining || (now?.pod !== undefined && unreadyS > 20)) continue;
    const { fails, slow } = now ?? usual;
    const requests = Math.floor(rateAt(second) + random());
    if (requests === 0) continue;
    const failed = Math.floor(requests * fails + random());
    const late = Math.floor(requests * slow + random());
    ratio.good[age] = requests - failed;
    ratio.bad[age] = failed;
    histogram.good[age] = requests - late;
    histogram.bad[age] = late;
  }
  return { pod, process, app, events: { ready, check, ratio, histogram } };
}

/** Nothing counts until a process has been ready once, for at most 5 minutes. */
function createReadyCounts(): (process: number, isReady: boolean) => boolean {
  let of = 0;
  let age = 0;
  let hasBeen = false;
  return (process, isReady) => {
    if (process !== of) {
      of = process;
      age = 0;
      hasBeen = false;
    }
    age += 1;
    hasBeen ||= isReady;
    return process !== 0 && (hasBeen || age > 300);
  };
}

function serverHistory(seed: number): Events {
  const random = createRandom(seed);
  const events = noEvents(lastsS);
  const outage = outageBySecond();
  for (let second = 0; second < lastsS; second++) {
    const now = outages[(outage[second] ?? 0) - 1];
    if (now !== undefined && now.unhealthyS === 60) continue;
    const all = Math.floor(2 * transactions.each * rateAt(second) + random());
    const share = now === undefined ? transactions.rollback : Math.max(transactions.rollback, now.fails / 2);
    const bad = Math.min(all, Math.floor(all * share + random()));
    events.good[second] = all - bad;
    events.bad[second] = bad;
  }
  return events;
}

/** From one second of the history up to, not including, another. @param pod the whole service's unless said */
export function reference({ pods, server }: History, kind: Kind, within: Span, pod?: string): Counts {
  const parts =
    kind === 'expression'
      ? [{ events: server, from: 0 }]
      : pods
          .filter((one) => pod === undefined || one.pod.name === pod)
          .map((one) => ({ events: one.events[kind], from: one.pod.from }));
  const counted = (which: keyof Events): number =>
    parts.reduce((sum, { events, from }) => sum + sumOf(events[which], within.from - from, within.to - from), 0);
  return { good: counted('good'), bad: counted('bad') };
}

function sumOf(counts: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = Math.max(0, from); at < Math.min(counts.length, to); at++) sum += counts[at] ?? 0;
  return sum;
}
