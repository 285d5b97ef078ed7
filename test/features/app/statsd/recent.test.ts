// What was looked up lately stays, within bounds.
import { expect, test } from 'vitest';
import { createRecent } from '../../../../src/features/app/statsd/recent.ts';

test('what is used stays, what is not is forgotten', () => {
  const recent = createRecent<number>(100);
  for (let at = 0; at < 1000; at += 1) {
    recent.put(`key ${at}`, at);
    expect(recent.get(`key ${at}`)).toBe(at);
    expect(recent.get('key 0')).toBe(0);
    expect(recent.get(`key ${Math.max(0, at - 30)}`)).toBe(Math.max(0, at - 30));
  }
  const kept = Array.from({ length: 1000 }, (_, at) => recent.get(`key ${at}`)).filter((one) => one !== undefined);
  expect(kept.length).toBeLessThanOrEqual(200);
});
test('long keys are not kept, and many characters are too many', () => {
  const recent = createRecent<number>(100_000);
  recent.put('x'.repeat(1025), 1);
  expect(recent.get('x'.repeat(1025))).toBeUndefined();
  for (let at = 0; at < 10_000; at += 1) recent.put(String(at).padStart(1024), at);
  expect(recent.get('0'.padStart(1024))).toBeUndefined();
  expect(recent.get('9999'.padStart(1024))).toBe(9999);
});
