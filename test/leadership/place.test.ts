// The standing of a replica at a place: what it has seen, and what it was told when it asked.
import { expect, test } from 'vitest';
import { initialPlace, nextPlace, type PlaceEvent, reads } from '../../src/leadership/place.ts';

const leads: PlaceEvent = { kind: 'asked', answer: 'leads' };
const broke: PlaceEvent = { kind: 'broke' };
const seen = (held: boolean): PlaceEvent => ({ kind: 'seen', held });
const after = (...events: PlaceEvent[]) => events.reduce(nextPlace, initialPlace);

test.each<[string, readonly PlaceEvent[], ReturnType<typeof after>]>([
  ['asked, and told that it leads', [leads], { standing: 'leads', held: true }],
  [
    'asked, and told that another does',
    [{ kind: 'asked', answer: 'follows' }],
    { standing: 'follows', held: undefined },
  ],
  [
    'asked where nobody can lead',
    [leads, { kind: 'asked', answer: 'cannot' }],
    { standing: 'follows', held: undefined },
  ],
  ['a lead whose connection broke', [leads, broke], { standing: 'lost', held: true }],
  ['a try that broke', [broke], { standing: 'follows', held: undefined }],
  ['a lost lead that nobody has', [leads, broke, seen(false)], { standing: 'lost', held: false }],
  ['a lost lead that another has', [leads, broke, seen(true)], { standing: 'follows', held: true }],
  ['its own lead, seen', [leads, seen(true)], { standing: 'leads', held: true }],
])('%s', (_, events, state) => {
  expect(after(...events)).toEqual(state);
  expect(reads(after(...events))).toBe(state.standing !== 'follows');
});
