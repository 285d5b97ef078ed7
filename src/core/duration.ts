// Durations as people write them: 500ms, 5s, 1m30s, 12h, 30d.

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * @param text one or more `<number><unit>`, units ms s m h d, largest first or not.
 * @returns milliseconds, or undefined when the text is not a duration.
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (units[unit as string] as number);
  }
  return total;
}

/** The shortest exact text for milliseconds: 90_000 → 1m30s. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${round(milliseconds)}ms`;
  let rest = milliseconds;
  let text = '';
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return rest > 0 || text === '' ? `${text}${round(rest / 1000)}s` : text;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
