// Numbers for people: rounded down, so that none looks better than it is, and never what is no number.

/** @returns undefined for what is no number; 0 for -0 */
export const finite = (value: number | null | undefined): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value + 0 : undefined;

/** How many digits a number is written with after the point. */
export const decimalsOf = (value: number): number => String(value).split('.')[1]?.length ?? 0;

/** What two doubles divided are off by is no part of the number: 99.95 is not 99.94999999999999. */
const exactDigits = 13;

/** Down, also below 0. @param digits after the point @param exact digits that the number is known to */
export function floorAt(value: number, digits: number, exact = exactDigits): number {
  const near = Number(value.toFixed(exact));
  const rounded = Number(near.toFixed(digits));
  return (rounded <= near ? rounded : Number((rounded - 10 ** -digits).toFixed(digits))) + 0;
}

/** Of what is not below 0. */
export const roundAt = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Down, with all its digits. */
export const floorText = (value: number, digits: number): string => floorAt(value, digits).toFixed(digits);

/** A percentage of a budget: with a digit after the point where it is small. */
export function leftText(percent: number): string {
  if (percent <= -100_000) return '<-99999';
  if (percent > 0 && percent < 0.1) return '<0.1';
  return Math.abs(percent) < 10 && percent !== 0 ? floorText(percent, 1) : floorText(percent, 0);
}

export function burnText(rate: number | null): string {
  if (rate === null) return '-';
  if (rate > 0 && rate < 0.05) return '<0.1';
  if (rate > 9999) return '>9999';
  return rate === 0 || rate >= 100 ? rate.toFixed(0) : rate.toFixed(1);
}

/** `1,234,567`. */
export const countText = (count: number): string => Math.round(count).toLocaleString('en-US');

export const counted = (count: number, noun: string): string =>
  `${countText(count)} ${noun}${Math.round(count) === 1 ? '' : 's'}`;

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

const mostDays = 9999;

/** The two largest units of a duration: `3h10m`. */
export function spanText(ms: number): string {
  if (ms > mostDays * 86_400_000) return `>${mostDays}d`;
  const first = units.findIndex(([, size]) => ms >= size);
  if (first < 0) return '0s';
  let rest = ms;
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return { unit, count };
  });
  return parts.flatMap(({ unit, count }) => (count === 0 ? [] : [`${count}${unit}`])).join('');
}

/** In UTC, with the day where it is another than that of `from`. */
export function timeText(time: string, from: string): string {
  const day = time.slice(0, 10);
  return `${day === from.slice(0, 10) ? '' : `${day} `}${time.slice(11, 16)} UTC`;
}
