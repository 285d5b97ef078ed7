// Beside statsd_exporter, with the same mappings and the same packets: the same series, but for a closed list.
import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app } from '../../src/features/app/index.ts';
import { asked, startDaemon } from '../features/daemon.ts';
import { freePort } from '../servers/process.ts';
import { type StatsdExporter, startStatsdExporter } from '../servers/statsd-exporter.ts';
import { alike, differences, mappings, theirMapping } from './statsd-cases.ts';

type Page = {
  /** `name{labels} value`, labels in the order of their names and without empty ones. */
  readonly series: ReadonlySet<string>;
  /** By family. */
  readonly types: ReadonlyMap<string, string>;
};

function read(text: string): Page {
  const [series, types] = [new Set<string>(), new Map<string, string>()];
  for (const line of text.split('\n')) {
    const [, family = '', type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (type !== undefined) types.set(family, type);
    const [, name = '', labels = '', value] = /^([^{# ]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (value === undefined || apart.test(name)) continue;
    const pairs = [...labels.matchAll(/\w+="((?:[^"\\]|\\.)*)"/g)].flatMap(([pair, given]) =>
      given === '' ? [] : [pair],
    );
    const number = Number(value === '+Inf' ? 'Infinity' : value);
    series.add(`${name}{${pairs.toSorted()}} ${Number(number.toPrecision(9))}`);
  }
  return { series, types };
}
/** What statsd_exporter says of itself, and the marks by which the tests know that all came. */
const apart = /^(go|process|promhttp|statsd_exporter|statsd_metric_mapper)_|^mark_/;

let exporter: StatsdExporter;
let daemon: Awaited<ReturnType<typeof startDaemon>>;
let sender: Socket;
let pages: { readonly ours: Page; readonly theirs: Page };

beforeAll(async () => {
  const port = await freePort();
  daemon = await startDaemon();
  daemon.reload([asked(app, { statsd: { listen: [`udp://127.0.0.1:${port}`], mappings, signed_gauges: 'delta' } })]);
  const defaults = { observer_type: 'histogram' };
  exporter = await startStatsdExporter({ defaults, mappings: mappings.map(theirMapping) });
  sender = createSocket('udp4');
  const send = async (packet: string | Buffer): Promise<void> => {
    for (const to of [port, exporter.port])
      await new Promise<void>((resolve, reject) => {
        sender.send(packet, to, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
      });
  };
  const page = async (): Promise<string> => (await daemon.ask('/metrics/app')).text();
  /** Packets come in order: with the last, all came. */
  const both = async (mark: string): Promise<void> => {
    const came = new RegExp(`^mark_${mark} 1$`, 'm');
    for (const ask of [page, exporter.page])
      for (const begin = performance.now(); !came.test(await ask()); await wait(20)) {
        if (performance.now() - begin > 30_000) throw new Error(`mark.${mark} came to nobody`);
        await send(`mark.${mark}:1|g`);
      }
  };
  await both('begin');
  const different = Object.values(differences).map(({ lines }) => lines);
  for (const packet of [...Object.values(alike), ...different]) await send(packet);
  await both('end');
  pages = { ours: read(await page()), theirs: read(await exporter.page()) };
});
afterAll(async () => {
  sender?.close();
  await Promise.all([exporter?.stop(), daemon?.stop()]);
});

/** What one of them has and the other has not. */
const only = (these: Page, others: Page): readonly string[] =>
  [...these.series].filter((one) => !others.series.has(one)).toSorted();
const isOf = (prefix: string) => (one: string) => one.startsWith(prefix);

test('all that is not listed is the same', () => {
  const listed = (one: string): boolean => Object.values(differences).some(({ of }) => isOf(of)(one));
  const { ours, theirs } = pages;
  expect({
    ours: only(ours, theirs).filter((one) => !listed(one)),
    theirs: only(theirs, ours).filter((one) => !listed(one)),
  }).toEqual({ ours: [], theirs: [] });
  const both = [...ours.series].filter((one) => theirs.series.has(one) && !listed(one));
  expect(both.length).toBeGreaterThan(120);
});

test('a family has the same type', () => {
  const both = [...pages.ours.types].filter(([family]) => pages.theirs.types.has(family));
  expect(both.length).toBeGreaterThan(40);
  expect(both.filter(([family, type]) => pages.theirs.types.get(family) !== type)).toEqual([]);
});

describe('what is listed is different, and no more', () => {
  test.each(Object.entries(differences))('%s', (_, { of, ours, theirs }) => {
    expect({
      ours: only(pages.ours, pages.theirs).filter(isOf(of)),
      theirs: only(pages.theirs, pages.ours).filter(isOf(of)),
    }).toEqual({ ours: [...ours].toSorted(), theirs: [...theirs].toSorted() });
    expect(ours).not.toEqual(theirs);
  });
});
