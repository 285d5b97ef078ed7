// Hostile pages: nothing throws, what is shown is a page that Prometheus takes, and nothing is kept.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { eventually } from '../../../patience.ts';
import { startHttpServer } from '../../../servers/http.ts';
import { lintMetrics, startPrometheus } from '../../../servers/prometheus.ts';
import { createRandom, hostilePage } from './hostile.ts';
import { isOurs, readPage } from './reading.ts';
import { parseStrictly } from './strict.ts';

const long = process.env.SIDEWARDEN_TEST_LONG === '1';
const pages = long ? 100_000 : 3500;
const linesEach = 30;
const realPages = long ? 100 : 10;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapUsed = (): number => {
  collectGarbage();
  collectGarbage(); // the first leaves buffers to a thread beside, and the second waits for it
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
};

test(`${pages * linesEach} mutated lines in ${pages} pages`, () => {
  const random = createRandom(16);
  const totals = { samples: 0, dropped: 0 };
  let warm = 0;
  for (let at = 0; at < pages; at += 1) {
    const page = hostilePage(random, linesEach);
    const options = {
      openMetrics: at % 2 === 1,
      pieces: [1 + random(400), 1 + random(40)],
      maxSamples: 5 + random(40),
    };
    const { bytes, samples, dropped, names } = readPage(page, options);
    const parsed = parseStrictly(bytes);
    expect(parsed.length).toBe(samples);
    expect(samples).toBeLessThanOrEqual(options.maxSamples);
    expect(parsed.filter(({ name }) => isOurs(name) || !names.has(name))).toEqual([]);
    totals.samples += samples;
    totals.dropped += Object.values(dropped).reduce((sum, count) => sum + count, 0);
    if (at === Math.floor(pages / 4)) warm = heapUsed();
  }
  expect(heapUsed() - warm).toBeLessThan(4 * 1024 * 1024);
  // Both kinds of lines are there: the mutations are neither too mild nor too wild.
  expect(totals.samples).toBeGreaterThan((pages * linesEach) / 20);
  expect(totals.dropped).toBeGreaterThan((pages * linesEach) / 10);
});

const ours = '# HELP pg_up Up.\n# TYPE pg_up gauge\npg_up 1\n# TYPE sidewarden_h histogram\nsidewarden_h_count 1\n';

/** A page of ours with a hostile one behind it. */
function mergedPage(seed: number): string {
  const page = hostilePage(createRandom(seed), 400)
    .toString('latin1')
    .replaceAll(/^# EOF$/gm, '');
  const { text, samples } = readPage(Buffer.from(page, 'latin1'), { openMetrics: seed % 2 === 1 });
  expect(samples).toBeGreaterThan(10);
  return ours + text;
}

test('promtool takes what is shown of a hostile page, whatever it says of the style', async () => {
  const unreadable = /error while linting|text format parsing error/;
  for (let seed = 0; seed < realPages; seed += 1)
    expect((await lintMetrics(mergedPage(seed))).output, `seed ${seed}`).not.toMatch(unreadable);
  expect((await lintMetrics('a 1\na{ 1\n')).output).toMatch(unreadable);
});

test('so does Prometheus', async () => {
  const pages = Array.from({ length: 4 * realPages }, (_, seed) => mergedPage(seed));
  pages.push('a 1\na{ 1\n');
  const server = await startHttpServer(({ url = '' }, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(pages[Number(url.slice(1))]);
  });
  const scrape = pages.map((_, at) => ({
    ...{ job_name: `${at}`, metrics_path: `/${at}` },
    static_configs: [{ targets: [`${server.host}:${server.port}`] }],
  }));
  const prometheus = await startPrometheus({ scrape });
  try {
    const targets = await eventually(async () => {
      const all = await prometheus.targets();
      expect(all.filter(({ health }) => health !== 'unknown')).toHaveLength(pages.length);
      return all;
    });
    const down = targets.filter(({ health }) => health !== 'up');
    expect(down.map(({ labels, lastError }) => `${labels.job}: ${lastError}`)).toEqual([
      expect.stringMatching(`^${pages.length - 1}: `),
    ]);
  } finally {
    await Promise.all([prometheus.stop(), server.stop()]);
  }
});
