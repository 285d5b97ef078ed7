// The registry's page: closed label sets at 0 from the start, gauges read from the board, clean for promtool.
import { execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type Detail, details } from '../../src/core/detail.ts';
import type { ErrorClass } from '../../src/core/failure.ts';
import { createPage } from '../../src/metrics/page.ts';
import { createRegistry } from '../../src/metrics/registry.ts';
import { healthy, makeBoard, makeClock, makeEntry, unhealthy } from '../core/entries.ts';
import { makeResult } from '../core/make.ts';
import { textOf } from './text.ts';

const fresh = { lastResult: undefined, lastSuccess: undefined, finishedRun: false, everHealthy: false };

function make(entries = [makeEntry('sessions')], detail: Detail = 'full') {
  const board = makeBoard(entries);
  const classes: ErrorClass[] = ['dns', 'refused', 'throttled'];
  const state = { draining: false, late: 0 };
  const clock = makeClock();
  const registry = createRegistry({
    version: '1.2.3',
    service: 'shop',
    detail,
    clock,
    board,
    draining: () => state.draining,
    latenessMs: () => state.late,
  });
  for (const { name, type } of entries) registry.add({ name, type, classes, warnings: ['expiring', 'skipped'] });
  /** The samples of a family, without the labels that all share. */
  const samples = async (name: string) =>
    (await textOf(registry))
      .split('\n')
      .filter((line) => line.startsWith(name))
      .map((line) =>
        line
          .slice(name.length)
          .replace(/check="sessions",type="redis",?/, '')
          .replace('{}', ''),
      );
  return { registry, board, clock, state, samples };
}

test('label sets are closed and at 0 from the start', async () => {
  const { samples, registry } = make([
    makeEntry('sessions', { ...fresh, says: { ...healthy, status: 'unknown', errorClass: 'stale' } }),
  ]);
  registry.sinkFailed('log', 0);
  expect(await samples('sidewarden_check_up')).toEqual([' 0']);
  expect(await samples('sidewarden_check_state')).toEqual([
    '{state="healthy"} 0',
    '{state="unhealthy"} 0',
    '{state="unknown"} 1',
  ]);
  expect(await samples('sidewarden_check_runs_total')).toEqual(
    ['passed', 'failed', 'inconclusive'].map((result) => `{result="${result}"} 0`),
  );
  expect(await samples('sidewarden_check_failures_total')).toEqual(
    ['dns', 'refused', 'throttled'].map((c) => `{class="${c}"} 0`),
  );
  expect(await samples('sidewarden_check_transitions_total')).toEqual(
    ['healthy', 'unhealthy', 'unknown'].map((to) => `{to="${to}"} 0`),
  );
  expect(await samples('sidewarden_check_warning')).toEqual(
    ['intermittent', 'flapping', 'throttled', 'slow', 'expiring', 'skipped'].map((w) => `{warning="${w}"} 0`),
  );
  expect(await samples('sidewarden_check_duration_seconds_count')).toEqual([' 0']);
  expect(await samples('sidewarden_check_duration_seconds_bucket')).toHaveLength(15);
  expect(await samples('sidewarden_check_last_success_timestamp_seconds')).toEqual([]);
  expect(await samples('sidewarden_check_phase_duration_seconds')).toEqual([]);
  expect(await samples('sidewarden_sink_errors_total')).toEqual(['{sink="log"} 0']);
});

test('by default what follows from other series is left out, and what rules count is at 0', async () => {
  const { samples, registry } = make(undefined, 'default');
  expect(await samples('sidewarden_check_state')).toEqual(['{state="unhealthy"} 0', '{state="unknown"} 0']);
  expect(await samples('sidewarden_check_duration_seconds_bucket')).toHaveLength(9);
  expect(await samples('sidewarden_check_failures_total')).toHaveLength(3);
  expect(await samples('sidewarden_check_phase_duration_seconds')).toEqual([]);
  registry.statistics.standing('sessions', { mode: 'leader', reads: true });
  registry.statistics.ran('sessions', 'often', { ok: true, durationMs: 1, time: new Date(0), cut: 0 });
  expect(await samples('sidewarden_statistics_mode')).toEqual(['{check="sessions",mode="leader"} 1']);
  registry.statistics.standing('sessions', { mode: 'off', reads: false });
  expect(await samples('sidewarden_statistics_mode')).toEqual(['{check="sessions",mode="off"} 1']);
  const page = await textOf(registry);
  for (const left of ['collector_duration', 'nodejs_gc', 'process_cpu_user', 'nodejs_external'])
    expect(page, left).not.toContain(left);
  expect(page).toContain('sidewarden_process_cpu_seconds_total');
});

test.each(details)('what the process says of itself is read with the detail %s', async (detail) => {
  const { samples } = make(undefined, detail);
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_heap_size_used_bytes']) {
    const [value] = await samples(`sidewarden_${name}`);
    expect(Number(value), name).toBeGreaterThan(0);
  }
  expect(await samples('sidewarden_process_cpu_user_seconds_total')).toHaveLength(detail === 'full' ? 1 : 0);
});

test('gauges say what the board says when scraped, and forget what is gone', async () => {
  const { samples, board } = make();
  expect(await samples('sidewarden_check_up')).toEqual([' 1']);
  expect(await samples('sidewarden_check_last_success_timestamp_seconds')).toEqual([' 1']);
  expect(await samples('sidewarden_check_phase_duration_seconds')).toEqual(['{phase="connect"} 0.001']);
  expect(await samples('sidewarden_check_detection_bound_seconds')).toEqual([' 22.5']);
  expect(await samples('sidewarden_check_expiry_seconds')).toEqual([' 15']);
  expect(await samples('sidewarden_check_info')).toEqual(['{required="true",gates="ready",service="shop"} 1']);
  expect(await samples('sidewarden_expiry_timestamp_seconds')).toEqual([]);
  const gates = ['startup', 'ready'] as const;
  board.set([makeEntry('sessions', { gates, required: false, expiries: { server_certificate: new Date(2500) } })]);
  expect(await samples('sidewarden_check_info')).toEqual(['{required="false",gates="ready,startup",service="shop"} 1']);
  expect(await samples('sidewarden_expiry_timestamp_seconds')).toEqual([
    '{check="sessions",what="server_certificate"} 2.5',
  ]);
  const phases = [
    { name: 'query', ms: 2 },
    { name: 'write', ms: 0, note: 'rested' as const },
  ];
  const says = { ...unhealthy(), warnings: ['slow'] as const };
  board.set([makeEntry('sessions', { says, lastResult: { ...makeResult('refused', 0), phases } })]);
  expect(await samples('sidewarden_check_up')).toEqual([' 0']);
  expect(await samples('sidewarden_check_state')).toContain('{state="unhealthy"} 1');
  expect(await samples('sidewarden_check_warning')).toContain('{warning="slow"} 1');
  expect(await samples('sidewarden_check_phase_duration_seconds')).toEqual(['{phase="query"} 0.002']);
  board.set([]);
  expect(await samples('sidewarden_check_up')).toEqual([]);
});

test('a belief that ended by itself is seen by the next scrape', async () => {
  const until = 2000;
  const belief = (now: number) => (now < until ? { ...healthy, until } : unhealthy('stale'));
  const { samples, clock } = make([makeEntry('sessions', { belief })]);
  expect(await samples('sidewarden_check_up')).toEqual([' 1']);
  expect(await samples('sidewarden_ready')).toEqual([' 1']);
  clock.at = until;
  expect(await samples('sidewarden_check_up')).toEqual([' 0']);
  expect(await samples('sidewarden_ready')).toEqual([' 0']);
});

test('while nothing changes a page is rendered once; a run, a change of the board or its end renders it anew', async () => {
  let asked = 0;
  const until = 2000;
  const belief = () => {
    asked += 1;
    return { ...healthy, until };
  };
  const { registry, board, clock, samples } = make([makeEntry('sessions', { belief })]);
  const askedFor = async (change: () => void): Promise<boolean> => {
    change();
    const before = asked;
    await textOf(registry);
    return asked > before;
  };
  expect(await askedFor(() => {})).toBe(true);
  expect(await askedFor(() => {})).toBe(false);
  expect(await askedFor(() => registry.run('sessions', 'redis', makeResult('passed', 0)))).toBe(true);
  expect(await samples('sidewarden_check_runs_total')).toContain('{result="passed"} 1');
  expect(await askedFor(() => {})).toBe(false);
  expect(await askedFor(() => board.set(board.entries()))).toBe(true);
  expect(await askedFor(() => {})).toBe(false);
  clock.at = until;
  expect(await askedFor(() => {})).toBe(true);
});

test('ready, live, draining, version and reload', async () => {
  const { samples, state, registry } = make();
  const read = async () => [
    ...(await samples('sidewarden_ready')),
    ...(await samples('sidewarden_live')),
    ...(await samples('sidewarden_draining')),
    ...(await samples('sidewarden_config_last_reload_successful')),
  ];
  expect(await read()).toEqual([' 1', ' 1', ' 0', ' 1']);
  Object.assign(state, { draining: true, late: 30_001 });
  registry.configRead(false);
  expect(await read()).toEqual([' 0', ' 0', ' 1', ' 0']);
  expect(await samples('sidewarden_build_info')).toEqual(['{version="1.2.3"} 1']);
});

describe('runs', () => {
  const having = async (...outcomes: Parameters<typeof makeResult>[0][]) => {
    const { registry, samples } = make();
    for (const outcome of outcomes) registry.run('sessions', 'redis', makeResult(outcome, 0, 30));
    return samples;
  };
  test('are counted by what they found, and timed', async () => {
    const samples = await having('passed', 'passed', 'refused');
    expect(await samples('sidewarden_check_runs_total')).toEqual([
      '{result="passed"} 2',
      '{result="failed"} 1',
      '{result="inconclusive"} 0',
    ]);
    expect(await samples('sidewarden_check_failures_total')).toContain('{class="refused"} 1');
    expect(await samples('sidewarden_check_duration_seconds_count')).toEqual([' 3']);
    expect(
      (await samples('sidewarden_check_duration_seconds_bucket')).filter((line) => /"0\.0(25|5)"/.test(line)),
    ).toEqual([expect.stringMatching(/le="0.025".* 0$/), expect.stringMatching(/le="0.05".* 3$/)]);
  });
  test('throttled is the dependency’s failure to serve, self is not', async () => {
    const samples = await having('throttled', 'self');
    expect(await samples('sidewarden_check_runs_total')).toContain('{result="inconclusive"} 2');
    expect(await samples('sidewarden_check_failures_total')).toEqual([
      '{class="dns"} 0',
      '{class="refused"} 0',
      '{class="throttled"} 1',
    ]);
  });
});

test('nothing on the page is outside our prefix', async () => {
  const page = await textOf(make().registry);
  const strangers = page.split('\n').filter((line) => line !== '' && !/^(# (HELP|TYPE) )?sidewarden_/.test(line));
  expect(strangers).toEqual([]);
});

test('of a check that is removed no series is left, and of the others all', async () => {
  const { registry, board } = make([makeEntry('sessions'), makeEntry('cache')]);
  const page = async () => (await textOf(registry)).split('\n');
  const before = (await page()).filter((line) => line.includes('"cache"'));
  registry.run('sessions', 'redis', makeResult('refused', 0));
  registry.transition('sessions', 'redis', 'unhealthy');
  registry.remove({ name: 'sessions', type: 'redis', classes: ['dns', 'refused', 'throttled'] });
  board.set([makeEntry('cache')]);
  expect((await page()).filter((line) => line.includes('sessions'))).toEqual([]);
  expect((await page()).filter((line) => line.includes('"cache"'))).toEqual(before);
});

test('a page does not grow with the scrapes and runs', async () => {
  const { registry } = make();
  const lines = async () => (await textOf(registry)).split('\n').filter((line) => !line.includes('nodejs_gc')).length;
  const before = await lines();
  for (let i = 0; i < 200; i += 1) {
    registry.run('sessions', 'redis', makeResult('passed', i));
    await textOf(registry);
  }
  expect(await lines()).toBe(before);
});

test('the page is what the registry says and what was collected; each half is asked for apart', async () => {
  const { registry, clock } = make();
  const collected = {
    bytes: () => Buffer.from('pg_up 1\n'),
    stamped: (_: number, stamp: number) => Buffer.from(`pg_up 1 ${stamp}\n`),
  };
  const page = createPage(registry, collected, clock);
  const whole = Buffer.concat(await page.render()).toString();
  const checks = Buffer.concat(await page.checks()).toString();
  expect(whole).toBe(`${checks}pg_up 1\n`);
  expect(checks).toContain('\n# TYPE sidewarden_process_cpu_seconds_total counter\n');
  expect(Buffer.concat(page.statistics()).toString()).toBe(`pg_up 1 ${clock.wall().getTime()}\n`);
});

test('promtool finds nothing to complain about', async () => {
  const { registry } = make([makeEntry('sessions'), makeEntry('database', { ...fresh, type: 'postgres' })]);
  registry.run('sessions', 'redis', makeResult('refused', 0));
  registry.answered('/health/checks/:name', 200, 0.001);
  expect(await promtool(await textOf(registry))).toBe('');
  expect(await promtool('# HELP x_total A gauge.\n# TYPE x_total gauge\nx_total 1\n')).toContain('x_total');
});

/** What `promtool check metrics` says of a page. */
function promtool(page: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('promtool', ['check', 'metrics'], (error, stdout, stderr) => {
      if ((error as NodeJS.ErrnoException | null)?.code === 'ENOENT') {
        reject(
          new Error('promtool is not installed: it comes with the package prometheus (apt-get install prometheus)'),
        );
      } else resolve(stdout + stderr);
    });
    child.stdin?.on('error', () => {}); // promtool is not there: said above
    child.stdin?.end(page);
  });
}
