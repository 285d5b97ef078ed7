// Lines at random, the same for the same seed: good ones, nearly good ones, and noise.

export type Random = () => number;

/** https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32 */
export function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const pieces = [
  ...['a', 'b.c', 'shop.orders', 'x_sum', 'x', 'é', '\xff', '', ' ', '9', '_e{', '_sc|', '[', ']', ',', '#', '='],
  ...[':', ':', ':', '|', '|', '|', '|#', '|@', '|c', '|g', '|ms', '|h', '|d', '|s', '|T1', '|c:x', '\0', '\r', '\n'],
  ...['1', '0', '-1', '+1', '0.5', '1e3', '1e308', '-1e308', 'NaN', '0x1', 'k:v', 'le:1', '__a:b', '"', '\\', '\ud800'],
];
const types = ['c', 'g', 'ms', 'h', 'd', 's'];
const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)] as Value;
const upTo = (random: Random, most: number): number => Math.floor(random() * most);

/** A packet of one line or more, as bytes. @param names how many there may be */
export function packetOf(random: Random, names: number): Buffer {
  const kind = random();
  if (kind < 0.1) return Buffer.from(Array.from({ length: upTo(random, 60) }, () => upTo(random, 256)));
  if (kind < 0.4) return Buffer.from(Array.from({ length: 1 + upTo(random, 12) }, () => pick(random, pieces)).join(''));
  const tags = Array.from({ length: upTo(random, 4) }, () => `t${upTo(random, 9)}:${upTo(random, names)}`);
  const line = `n${upTo(random, names)}:${upTo(random, 1000)}|${pick(random, types)}${tags.length > 0 ? `|#${tags.join(',')}` : ''}`;
  const at = upTo(random, line.length);
  return Buffer.from(kind < 0.6 ? `${line.slice(0, at)}${pick(random, pieces)}${line.slice(at + 1)}` : line);
}
