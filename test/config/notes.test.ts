// The note on `service`: services of one name elect together, for the statistics and for features that elect.
import { expect, test } from 'vitest';
import { notesOn } from '../../src/config/notes.ts';
import { errand } from '../features/toys/errand.ts';
import { loadText, right } from './load.ts';

const file = (mode: string) =>
  `statistics: { mode: ${mode} }\nchecks: { db: { type: postgres, url: postgres://u@x, expect: primary } }`;
type Given = { readonly named?: boolean; readonly electing?: boolean; readonly text?: string };

function noteOn(mode: 'leader' | 'all' | 'off', { named = false, electing = false, text = file(mode) }: Given = {}) {
  const notes = notesOn({
    checks: right(loadText(text)).checks,
    features: electing ? [{ feature: errand, settings: {} }] : [],
    ...{ definitions: [], environment: {}, file: undefined, used: new Set(), hasToken: true, secrets: [], inline: [] },
    ...{ statisticsMode: mode, keysOf: () => new Set(), gatesByDefault: true, named },
  });
  return notes.filter((note) => note.includes('`service`'));
}

const together = '`service` is not set: services that share a database, a namespace and the name of a check elect ';
const reader = 'one reader of its statistics together, and the other checks of one of them are not read';
const work = 'one replica together for `errand`, whose work is done in one of the services alone';
const setIt = '. Set it, or SIDEWARDEN_SERVICE.';

test('where a reader of statistics is elected, the note says what is not read', () => {
  expect(noteOn('leader')).toEqual([`${together}${reader}${setIt}`]);
  expect(noteOn('leader', { named: true })).toEqual([]);
  expect(noteOn('all')).toEqual([]);
  expect(noteOn('off')).toEqual([]);
});

test('where a feature elects, it says whose work is not done, also where nobody elects a reader', () => {
  expect(noteOn('off', { electing: true })).toEqual([`${together}${work}${setIt}`]);
  expect(noteOn('all', { electing: true })).toEqual([`${together}${work}${setIt}`]);
  expect(noteOn('leader', { electing: true })).toEqual([`${together}${reader}; they elect ${work}${setIt}`]);
  expect(noteOn('off', { electing: true, named: true })).toEqual([]);
});

test('where a feature elects and has no place to, nobody elects together', () => {
  const text = 'checks: { cache: { type: redis, url: redis://x } }';
  expect(noteOn('off', { electing: true, text })).toEqual([]);
});
