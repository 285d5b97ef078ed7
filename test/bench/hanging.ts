// What a /health answer costs while everything is up, and while one dependency hangs; beside a bare node:http server.
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checksOf, names, startFour } from '../faults/four.ts';
import { startProxy } from '../faults/proxy.ts';
import { startSidewarden } from '../servers/sidewarden.ts';

const requests = 5000;
const rounds = 5;

/** One request over a kept connection; milliseconds. */
function ask(url: string, agent: Agent): Promise<number> {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume().once('end', () => resolve(performance.now() - begin));
    }).once('error', reject);
  });
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)] as number;

/** The median over the rounds of p50 and p99, in milliseconds. */
async function latency(url: string): Promise<{ p50: number; p99: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const found: { p50: number; p99: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const took: number[] = [];
    for (let n = 0; n < requests / rounds; n += 1) took.push(await ask(url, agent));
    took.sort((a, b) => a - b);
    if (round > 0) found.push({ p50: at(took, 0.5), p99: at(took, 0.99) }); // the first warms up
  }
  agent.destroy();
  const median = (key: 'p50' | 'p99'): number =>
    at(
      found.map((one) => one[key]).sort((a, b) => a - b),
      0.5,
    );
  return { p50: median('p50'), p99: median('p99') };
}

async function main(): Promise<void> {
  process.stderr.write('starting the four servers …\n');
  const four = await startFour();
  const proxy = await startProxy(four.database);
  const checks = checksOf(four, { interval: '1s', timeout: '500ms' }, { database: proxy });
  const daemon = await startSidewarden({ configuration: { checks }, environment: four.kms.environment });
  await daemon.until((_, code) => code === 200, 60_000);
  const body = (await daemon.get('/health')).text;
  const bare = createServer((_, response) => response.setHeader('content-type', 'application/json').end(body));
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  const bareUrl = `http://127.0.0.1:${(bare.address() as AddressInfo).port}`;

  const rows = [{ what: 'bare node:http, the same bytes', ...(await latency(bareUrl)) }];
  rows.push({ what: `/health, ${names.length} checks healthy`, ...(await latency(`${daemon.url}/health`)) });
  await proxy.set('silent');
  await daemon.until((_, code) => code === 503, 30_000);
  rows.push({ what: '/health, PostgreSQL hangs', ...(await latency(`${daemon.url}/health`)) });
  rows.push({ what: '/metrics, PostgreSQL hangs', ...(await latency(`${daemon.url}/metrics`)) });

  const base = rows[0] as (typeof rows)[number];
  process.stdout.write(
    `${'answer'.padEnd(34)}${'p50 ms'.padStart(9)}${'p99 ms'.padStart(9)}${'p50 / bare'.padStart(12)}\n`,
  );
  for (const { what, p50, p99 } of rows) {
    const cells = [p50.toFixed(3).padStart(9), p99.toFixed(3).padStart(9), (p50 / base.p50).toFixed(2).padStart(12)];
    process.stdout.write(`${what.padEnd(34)}${cells.join('')}\n`);
  }
  bare.close();
  bare.closeAllConnections();
  await daemon.stop();
  await proxy.stop();
  await four.stop();
}

await main();
process.exit(); // undici keeps the sockets of fetch open for a while
