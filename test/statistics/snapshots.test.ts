// The page of the statistics: one header and one group of lines a family, dropped when stale, stamped on demand.
import { expect, test } from 'vitest';
import { renderSamples } from '../../src/core/exposition.ts';
import { samples } from '../../src/core/family.ts';
import { createSnapshots, type Snapshots } from '../../src/statistics/snapshots.ts';
import { family } from './world.ts';

const textAt = (snapshots: Snapshots, now: number) => Buffer.from(snapshots.bytes(now)).toString();
const backends = family('pg_backends', { labels: ['state'] });
const texts = (check: string, ...values: readonly (readonly [string, number])[]) =>
  renderSamples(
    values.flatMap(([state, value]) => samples(backends, value, state)),
    { check, instance: 'db:5432' },
  );

test('the lines of a family stand together, whoever read them', () => {
  const snapshots = createSnapshots();
  snapshots.put('one', 'activity', texts('one', ['active', 1], ['idle', 2]), 100);
  snapshots.put('one', 'up', renderSamples(samples(family('pg_up'), 1), { check: 'one', instance: 'db:5432' }), 100);
  snapshots.put('two', 'activity', texts('two', ['active', 3]), 100);
  expect(textAt(snapshots, 0).split('\n')).toEqual([
    '# HELP pg_backends What pg_backends is.',
    '# TYPE pg_backends gauge',
    'pg_backends{check="one",instance="db:5432",state="active"} 1',
    'pg_backends{check="one",instance="db:5432",state="idle"} 2',
    'pg_backends{check="two",instance="db:5432",state="active"} 3',
    '# HELP pg_up What pg_up is.',
    '# TYPE pg_up gauge',
    'pg_up{check="one",instance="db:5432"} 1',
    '',
  ]);
});

test('a snapshot is there until its end, and not after it, without any timer', () => {
  const snapshots = createSnapshots();
  snapshots.put('one', 'activity', texts('one', ['active', 1]), 100);
  snapshots.put('two', 'activity', texts('two', ['active', 3]), 200);
  expect(textAt(snapshots, 99)).toContain('check="one"');
  expect(textAt(snapshots, 100)).not.toContain('check="one"');
  expect(textAt(snapshots, 100)).toContain('check="two"');
  expect(textAt(snapshots, 200)).toBe('');
});

test('what was collected takes the place of what was there, and is dropped by check or collector', () => {
  const snapshots = createSnapshots();
  snapshots.put('one', 'activity', texts('one', ['active', 1], ['gone', 1]), 100);
  snapshots.put('one', 'activity', texts('one', ['active', 2]), 100);
  expect(textAt(snapshots, 0)).toContain('state="active"} 2\n');
  expect(textAt(snapshots, 0)).not.toContain('gone');
  snapshots.drop('one');
  expect(textAt(snapshots, 0)).toBe('');
  snapshots.put('one', 'activity', texts('one', ['active', 2]), 100);
  snapshots.drop('one');
  expect(textAt(snapshots, 0)).toBe('');
});

test('with a stamp, every sample has the time, and no other line; a flood of scrapes is one rendering', () => {
  const snapshots = createSnapshots();
  const stamped = (now: number, stamp: number) => Buffer.from(snapshots.stamped(now, stamp)).toString();
  expect(stamped(0, 5000)).toBe('');
  snapshots.put('one', 'activity', texts('one', ['active', 1], ['idle', 2]), 100);
  expect(stamped(0, 5000).split('\n')).toEqual([
    '# HELP pg_backends What pg_backends is.',
    '# TYPE pg_backends gauge',
    'pg_backends{check="one",instance="db:5432",state="active"} 1 5000',
    'pg_backends{check="one",instance="db:5432",state="idle"} 2 5000',
    '',
  ]);
  expect(snapshots.stamped(0, 5999)).toBe(snapshots.stamped(0, 5000));
  expect(stamped(0, 6000)).toContain('} 2 6000\n');
  expect(stamped(0, 5500), 'the wall clock was set back').toContain('} 2 5500\n');
  expect(textAt(snapshots, 0)).toContain('} 2\n');
  expect(stamped(100, 5600)).toBe('');
});

test('what is hidden is not there, and what is wanted of it comes back until its own end', () => {
  const snapshots = createSnapshots();
  snapshots.put('one', 'activity', texts('one', ['active', 1]), 100);
  snapshots.put('one', 'sizes', texts('one', ['size', 7]), 200);
  snapshots.hide('one');
  expect(textAt(snapshots, 0)).toBe('');
  snapshots.hide('one'); // a second break
  snapshots.unhide('one', ['sizes']);
  expect(textAt(snapshots, 0)).toContain('state="size"');
  expect(textAt(snapshots, 0)).not.toContain('state="active"');
  expect(textAt(snapshots, 200)).toBe('');
  snapshots.hide('one');
  snapshots.drop('one');
  snapshots.unhide('one', ['sizes']);
  expect(textAt(snapshots, 0)).toBe('');
});
