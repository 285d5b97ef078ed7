// The fields of a cron expression, read as crontab(5) has them, with seconds: https://man7.org/linux/man-pages/man5/crontab.5.html
// Of Quartz what has one meaning: `?`, `L`, `L-3`, `15W`, `LW`, `FRI#2` and `FRIL`. What would mean something else there is refused.
import { CronMistake, shown } from './cron-mistake.ts';

type Bounds = {
  readonly plural: string;
  readonly least: number;
  readonly most: number;
  /** How many values it has; a longer step never takes a second one. */
  readonly size: number;
  /** Of a duration, where a step has one. */
  readonly unit?: 's' | 'm' | 'h';
  readonly names?: readonly string[];
};

export type Field = {
  /** As node-cron takes it, in numbers. */
  readonly text: string;
  /** Whether it begins with `*`: crontab(5) restricts a day by the other field alone then. */
  readonly star: boolean;
};

const months = 'january february march april may june july august september october november december'.split(' ');
const weekdays = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');

const minutes: Bounds = { plural: 'minutes', least: 0, most: 59, size: 60, unit: 'm' };
export const fields = {
  second: { ...minutes, plural: 'seconds', unit: 's' },
  minute: minutes,
  hour: { plural: 'hours', least: 0, most: 23, size: 24, unit: 'h' },
  day: { plural: 'days of the month', least: 1, most: 31, size: 31 },
  month: { plural: 'months', least: 1, most: 12, size: 12, names: months },
  weekday: { plural: 'days of the week', least: 0, most: 7, size: 7, names: weekdays },
} as const satisfies Record<string, Bounds>;
const { day, weekday }: Record<'day' | 'weekday', Bounds> = fields;

/** @throws CronMistake */
export function readField(of: Bounds, written: string): Field {
  if (written === '?' && (of === day || of === weekday)) return { text: '*', star: true };
  const special = written.split(',').map((item) => specialDay(of, item));
  const numbers = written.split(',').flatMap((item, index) => (special[index] === undefined ? readItem(of, item) : []));
  // 7 is Sunday as well, and node-cron's own 0
  const values = [...new Set(of === weekday ? numbers.map((value) => value % 7) : numbers)].sort((a, b) => a - b);
  return {
    text: written === '*' ? '*' : [...values, ...special.filter((text) => text !== undefined)].join(','),
    star: written.startsWith('*'),
  };
}

/** `L`, `W` and `#` of Quartz. */
function specialDay(of: Bounds, item: string): string | undefined {
  if (of === day) {
    const [, offset, nearest] = /^(?:L(?:-(\d{1,2}))?|([1-9]|[12]\d|3[01]|L)W)$/i.exec(item) ?? [];
    return nearest !== undefined || /^L$/i.test(item) || Number(offset ?? 31) < 31 ? item.toUpperCase() : undefined;
  }
  if (of !== weekday) return undefined;
  const [, name = '', which = ''] = /^([a-z]+?|\d)(#[1-5]|L)$/i.exec(item) ?? [];
  if (name === '') return undefined;
  if (/\d/.test(name)) {
    const example = `${short(weekdays[Number(name) % 7] ?? '')}${which.toUpperCase()}`;
    throw new CronMistake(
      `in ${shown(item)} the number is another day than in Quartz`,
      `write the name: \`${example}\``,
    );
  }
  const number = numberOf(weekday, name);
  return number === undefined ? undefined : `${number}${which.toUpperCase()}`;
}

const short = (name: string): string => name.slice(0, 3).toUpperCase();

/** A value, a range or `*`, the last two with a step. */
function readItem(of: Bounds, item: string): number[] {
  const [, base = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
  const [, first = '', last] = /^([^-]+)(?:-([^-]+))?$/.exec(base) ?? [];
  if (base === '*') return everyOf(of.least, of === weekday ? 6 : of.most, readStep(of, base, step));
  const from = numberOf(of, first);
  const to = last === undefined ? from : numberOf(of, last);
  if (from === undefined || to === undefined) throw unknownItem(of, item);
  if (last === undefined && step !== undefined) {
    const most = of === weekday ? 6 : of.most;
    throw new CronMistake(`${shown(item)} is a step without a range`, `write \`${first}-${most}/${step}\``);
  }
  // the week may end with its Sunday
  const end = of === weekday && from > 0 && /^sun/i.test(last ?? '') ? 7 : to;
  if (from > end) throw backwards(of, item, [first, last ?? ''], [from, end]);
  return everyOf(from, end, readStep(of, base, step));
}

const everyOf = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);

function readStep(of: Bounds, base: string, written: string | undefined): number {
  if (written === undefined) return 1;
  const step = Number(written);
  if (step === 0) throw new CronMistake('a step of 0 comes to nothing', `write \`${base}\`, or a step of at least 1`);
  if (step <= of.size) return step;
  const fix =
    of.unit === undefined || base !== '*' ? undefined : `write \`interval: ${step}${of.unit}\` instead of cron`;
  throw new CronMistake(
    `a step of ${step} never takes a second of the ${of.size} ${of.plural}`,
    fix ?? `write a step of at most ${of.size}, or the values`,
  );
}

function numberOf(of: Bounds, text: string): number | undefined {
  if (/^\d{1,4}$/.test(text)) {
    const value = Number(text);
    if (value >= of.least && value <= of.most) return value;
    const hint = value === 24 && of === fields.hour ? 'write 0 for midnight' : undefined;
    throw new CronMistake(`the ${of.plural} go from ${of.least} to ${of.most}, and ${text} is none`, hint);
  }
  const name = text.toLowerCase();
  const index = of.names?.findIndex((known) => name === known || name === known.slice(0, 3)) ?? -1;
  return index < 0 ? undefined : index + (of === weekday ? 0 : of.least);
}

function backwards(
  of: Bounds,
  item: string,
  [first, last]: readonly [string, string],
  [from, to]: readonly [number, number],
): CronMistake {
  const message = `the range ${shown(item)} goes backwards`;
  if (item.includes('/')) return new CronMistake(message, 'write it as two ranges, each with its step');
  const most = of === weekday ? 6 : of.most;
  // the ends of the field, as the range is written: in names or in numbers
  const named = (value: number, like: string): string =>
    of.names === undefined || /\d/.test(like) ? `${value}` : short(of.names[value - (of === weekday ? 0 : 1)] ?? '');
  const low = from === most ? first : `${first}-${named(most, first)}`;
  const high = to === of.least ? last : `${named(of.least, last)}-${last}`;
  return new CronMistake(message, `write \`${low},${high}\``);
}

function unknownItem(of: Bounds, item: string): CronMistake {
  if (item === '') return new CronMistake('a list has an empty place', 'write lists as `1,2,3`, without spaces');
  const [, rest = ''] = /^h(?:\([^)]*\))?(\/\d+)?$/i.exec(item) ?? [];
  if (/^h(\(|\/|$)/i.test(item))
    return new CronMistake(
      `${shown(item)} is Jenkins’s, which chooses a number`,
      `write ${rest === '' ? 'a number' : `\`*${rest}\``}`,
    );
  if (item.includes('~')) return new CronMistake(`${shown(item)} is a random value of cronie`, 'write a number');
  if (item.startsWith('/')) return new CronMistake(`${shown(item)} is a step without a range`, `write \`*${item}\``);
  if (item === '?')
    return new CronMistake('`?` is for the two days alone', 'write `*`; of six fields the seconds are first');
  if (/^L$/i.test(item) && of === weekday) return new CronMistake('`L` is a day of the month', 'write `SAT`');
  if (of.names !== undefined && /^[a-z]+$/i.test(item)) {
    const near = of.names.find((name) => name.startsWith(item.slice(0, 3).toLowerCase()));
    return new CronMistake(`${shown(item)} is no name of the ${of.plural}`, near && `write \`${short(near)}\``);
  }
  return new CronMistake(`${shown(item)} cannot stand among the ${of.plural}`);
}
