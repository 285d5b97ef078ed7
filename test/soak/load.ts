// A worker thread that asks the daemon for /health and /metrics all the time, and a bare server beside it for comparison.
import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer } from './judge.ts';

export type LoadData = { readonly url: string; readonly bareUrl: string };
/** Sent twice a second. */
export type Batch = { readonly answers: readonly Answer[]; readonly scrapes: number; readonly failedScrapes: number };

const everyMs = 10;
/** Of so many requests one comes by a new connection, one goes to /metrics, one to the bare server. */
const newcomers = 4;
const scrapes = 20;
/** As many may be under way: a frozen daemon does not make us run out of ports. */
const most = 300;

const { url, bareUrl } = workerData as LoadData;
const kept = new Agent({ keepAlive: true, maxSockets: 4 });
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

type Got = { readonly asked: number; readonly answered: number; readonly code: number; readonly text: string };

function ask(address: string, agent: Agent | false): Promise<Got> {
  const asked = now();
  return new Promise((resolve) => {
    const lost = (): void => resolve({ asked, answered: now(), code: 0, text: '' });
    get(address, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve({ asked, answered: now(), code: response.statusCode ?? 0, text }));
      response.once('error', lost);
    }).once('error', lost);
  });
}

let answers: Omit<Answer, 'bareMs'>[] = [];
let bareMs = 0;
let lastBareMs = 0;
let scraped = 0;
let failedScrapes = 0;
let underWay = 0;

async function health(agent: Agent | false): Promise<void> {
  const { text, ...got } = await ask(`${url}/health`, agent);
  const checks = got.code === 200 || got.code === 503 ? (JSON.parse(text) as { checks: object }).checks : {};
  const statuses = Object.entries(checks).map(([name, { status }]) => [name, status as string]);
  answers.push({ ...got, statuses: Object.fromEntries(statuses) });
}

async function scrape(): Promise<void> {
  const { code, text } = await ask(`${url}/metrics`, kept);
  scraped += 1;
  if (code !== 200 || !text.includes('sidewarden_check_up{')) failedScrapes += 1;
}

async function bare(): Promise<void> {
  const { asked, answered } = await ask(bareUrl, false);
  bareMs = Math.max(bareMs, answered - asked);
}

let turn = 0;
setInterval(() => {
  if (underWay >= most) return;
  turn += 1;
  const asking = [health(turn % newcomers === 0 ? false : kept), bare()];
  if (turn % scrapes === 0) asking.push(scrape());
  for (const one of asking) {
    underWay += 1;
    void one.finally(() => {
      underWay -= 1;
    });
  }
}, everyMs);

setInterval(() => {
  const worst = Math.max(bareMs, lastBareMs);
  parentPort?.postMessage({
    answers: answers.map((answer) => ({ ...answer, bareMs: worst })),
    scrapes: scraped,
    failedScrapes,
  } satisfies Batch);
  answers = [];
  lastBareMs = bareMs;
  bareMs = 0;
}, 500);
