// What the readers of statistics say of themselves on the page: in seconds, from the first run to the loss of the lead.
import { expect, test } from 'vitest';
import { createRegistry } from '../../src/metrics/registry.ts';
import { makeBoard, makeClock } from '../core/entries.ts';
import { textOf } from './text.ts';

const time = new Date('2026-08-02T12:00:00.250Z');
const good = { ok: true, durationMs: 1250, time, cut: 0 };

function make() {
  const registry = createRegistry({
    version: '1.2.3',
    service: '',
    detail: 'full',
    clock: makeClock(),
    board: makeBoard([]),
    draining: () => false,
    latenessMs: () => 0,
  });
  /** Samples of the readers, without the labels that all share. */
  const page = async (): Promise<string[]> =>
    (await textOf(registry))
      .split('\n')
      .filter((line) => /^sidewarden_(collector|statistics)_/.test(line))
      .map((line) =>
        line
          .replace('sidewarden_', '')
          .replace(/check="db",?/, '')
          .replace(/collector="often",?/, '')
          .replace('{}', ''),
      );
  return { ...registry.statistics, page };
}

test('there is nothing before a run', async () => expect(await make().page()).toEqual([]));

test('a run that read all', async () => {
  const { ran, page } = make();
  ran('db', 'often', good);
  expect(await page()).toEqual([
    'collector_up 1',
    'collector_duration_seconds 1.25',
    'collector_last_success_timestamp_seconds 1785672000.25',
    'collector_cut_total 0',
  ]);
});

test('a run that failed keeps the last success, and counts by class; what was cut is summed', async () => {
  const { ran, page } = make();
  ran('db', 'often', { ...good, cut: 3 });
  const later = new Date(time.getTime() + 60_000);
  const failed = { ok: false, durationMs: 20, time: later, errorClass: 'timeout', cut: 4 } as const;
  ran('db', 'often', failed);
  ran('db', 'often', failed);
  expect(await page()).toEqual([
    'collector_up 0',
    'collector_duration_seconds 0.02',
    'collector_last_success_timestamp_seconds 1785672000.25',
    'collector_errors_total{class="timeout"} 2',
    'collector_cut_total 11',
  ]);
});

test('who reads, and how', async () => {
  const { standing, page } = make();
  standing('db', { mode: 'leader', reads: true });
  expect(await page()).toEqual([
    'statistics_leader 1',
    'statistics_mode{mode="leader"} 1',
    'statistics_mode{mode="all"} 0',
    'statistics_mode{mode="off"} 0',
  ]);
  standing('db', { mode: 'leader', reads: false });
  expect(await page()).toContain('statistics_leader 0');
  standing('db', undefined);
  expect(await page()).toEqual([]);
});

test('what is forgotten leaves no series, of no other check', async () => {
  const { ran, up, privilege, forget, page } = make();
  ran('other', 'often', good);
  privilege('other', 'often', 'monitor', true);
  const before = await page();
  ran('db', 'often', { ...good, ok: false, errorClass: 'auth' });
  privilege('db', 'often', 'monitor', false);
  up('db', 'often', false);
  expect(await page()).toEqual(
    expect.arrayContaining(['collector_up 0', 'statistics_privilege{privilege="monitor"} 0']),
  );
  forget('db');
  expect(await page()).toEqual(before);
});
