// A random generator with a seed, so that a run can be made again: mulberry32. https://github.com/cprosche/mulberry32

export type Chance = {
  /** From `least` up to, not including, `most`. */
  between(least: number, most: number): number;
  among<T>(values: readonly [T, ...T[]]): T;
};

/** @param name generators of one seed and different names draw different numbers */
export function createChance(seed: number, name: string): Chance {
  let state = seed >>> 0;
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x9e3779b1) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (least, most) => least + next() * (most - least),
    among: (values) => values[Math.floor(next() * values.length)] ?? values[0],
  };
}
