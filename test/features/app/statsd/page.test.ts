// The page in parts: what does not change stays the same object.
import { describe, expect, test } from 'vitest';
import { make } from './make.ts';

describe('parts', () => {
  const many = (count: number, value: number): string =>
    Array.from({ length: count }, (_, at) => `m${at % 200}:${value}|g|#route:/some/longer/route/${at},method:GET`).join(
      '\n',
    );
  test('stay the same bytes, of about 64 KiB, until something changes', () => {
    const made = make();
    made.send(many(10_000, 1));
    const before = made.partsNow();
    expect(before.length).toBeGreaterThan(5);
    for (const part of before) {
      expect(part.length).toBeLessThan(100_000);
      expect(part.at(-1)).toBe(10);
    }
    expect(made.partsNow().every((part, at) => part === before[at])).toBe(true);
    made.send(many(10_000, 1)); // the same values
    expect(made.partsNow().every((part, at) => part === before[at])).toBe(true);
    made.send(many(1, 2));
    const after = made.partsNow();
    expect(after.length).toBe(before.length);
    expect(after.filter((part, at) => part !== before[at])).toHaveLength(1);
  });
  test('say each family once, all of it together', () => {
    const made = make();
    for (let at = 0; at < 3000; at += 1) made.send(`m${at % 7}:1|c|#n:${at}\nh${at % 3}:1|h|#n:${at % 50}`);
    const names = made
      .page()
      .split('\n')
      .flatMap((line) => /^(?:# TYPE )?(\w+?)(?:_bucket|_sum|_count)?[ {]/.exec(line)?.[1] ?? []);
    const runs = names.filter((name, at) => name !== names[at - 1]);
    expect(runs).toHaveLength(10);
    expect(new Set(runs).size).toBe(10);
    expect(made.page().match(/^# HELP \w+ Sent as StatsD lines\.$/gm)).toHaveLength(10);
  });
  test('leave out what the page of the service has', () => {
    const made = make();
    made.send('a:1|c\nb:1|h\nc:1|g');
    const whole = made.page();
    made.has('a', 'b_sum', 'other');
    expect(made.page()).toBe('# HELP c Sent as StatsD lines.\n# TYPE c gauge\nc 1\n');
    made.has();
    expect(made.page()).toBe(whole);
    made.send('a:1|c');
    expect(made.page()).toContain('a 2\n');
  });
  const unrendered = (made: ReturnType<typeof make>): readonly string[] =>
    [...made.store.all()].flatMap(({ series, name }) =>
      [...series.values()].flatMap(({ labels, text }) => (text === undefined ? [`${name}{${labels}}`] : [])),
    );
  test('are rendered ahead, so that a scrape renders what changed since', async () => {
    const made = make();
    made.send(many(20_000, 1));
    expect(unrendered(made)).toHaveLength(20_000);
    let rounds = 0;
    let done = false;
    const rendering = made.shelves.renderAhead(new AbortController().signal).then(() => {
      done = true;
    });
    for (; !done; rounds += 1) await new Promise((resolve) => setImmediate(resolve));
    await rendering;
    expect(rounds).toBeGreaterThan(1);
    expect(unrendered(made)).toEqual([]);
    made.send('m7:5|g|#route:/some/longer/route/7,method:GET');
    expect(unrendered(made)).toEqual(['m7{method="GET",route="/some/longer/route/7"}']);
    expect(made.page()).toContain('\nm7{method="GET",route="/some/longer/route/7"} 5\n');
    expect(unrendered(made)).toEqual([]);
  });
  test('say the same, whatever was rendered ahead', async () => {
    const [made, plain] = [make({ gauge_ttl: '1m' }), make({ gauge_ttl: '1m' })];
    for (let at = 0; at < 300; at += 1) {
      const lines = ['c', 'g', 'h', 's'].map((type) => `${type}${at % 3}:${at}|${type}|#n:${(at * 7) % 11}`).join('\n');
      for (const one of [made, plain]) {
        one.send(lines);
        one.pass(at % 50 === 0 ? 61_000 : 100);
      }
      if (at % 2 === 0) await made.shelves.renderAhead(new AbortController().signal);
      if (at % 5 === 0) expect(made.page()).toBe(plain.page());
    }
  });
  test('are none when there is nothing', () => expect(make().partsNow()).toEqual([]));
});
