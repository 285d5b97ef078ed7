// What other schedulers write instead of a cron expression, and how to say it here.
import { formatDuration, parseDuration } from '../core/duration.ts';
import { CronMistake, shown } from './cron-mistake.ts';

/** https://man7.org/linux/man-pages/man5/crontab.5.html#EXTENSIONS */
const nicknames: Readonly<Record<string, string>> = {
  yearly: '0 0 1 1 *',
  annually: '0 0 1 1 *',
  monthly: '0 0 1 * *',
  weekly: '0 0 * * 0',
  daily: '0 0 * * *',
  midnight: '0 0 * * *',
  hourly: '0 * * * *',
};

/** The expression that a word such as `@daily` stands for. */
export const nicknamed = (text: string): string | undefined =>
  text.startsWith('@') ? nicknames[text.slice(1).toLowerCase()] : undefined;

type Row = readonly [RegExp, (found: RegExpExecArray) => CronMistake];

const inUtc = 'leave the zone out, and write the hours in UTC';
const words = Object.keys(nicknames)
  .map((word) => `@${word}`)
  .join(', ');

const rows: readonly Row[] = [
  [/^$/, () => new CronMistake('it is empty')],
  [/^@?every[\s_-]*(.*)$/i, ([, text = '']) => new CronMistake('an interval is no calendar', interval(text))],
  [/^rate\s*\((.*)\)$/i, ([, text = '']) => new CronMistake('a rate of AWS is no calendar', interval(text))],
  [/^(?:R\d*\/)?PT?(\d+[HMS])+$/i, ([text]) => new CronMistake('a duration is no calendar', interval(ofIso(text)))],
  [/^\d+(\.\d+)?\s*[a-z]+$/i, ([text]) => new CronMistake('a duration is no calendar', interval(text))],
  [
    /^@reboot$/i,
    () =>
      new CronMistake(
        'every check runs at the start of the process anyway',
        'write `interval: …` for the runs after it',
      ),
  ],
  [
    /^@(minutely|secondly)$/i,
    ([, word]) => new CronMistake('an interval is no calendar', interval(word === 'secondly' ? '1s' : '1m')),
  ],
  [/^@/, ([text]) => new CronMistake(`${shown(text)} is no word of crontab`, `write one of ${words}`)],
  [
    /^cron\s*\(/i,
    () =>
      new CronMistake('it is written as for AWS', 'write its first five fields alone, and days of the week by name'),
  ],
  [/^(cron_)?tz=/i, () => new CronMistake('it names a time zone', inUtc)],
  [/\*-|\.\.|\d:\d/, () => new CronMistake('it is a calendar of systemd', 'write `minute hour day month weekday`')],
  [/,\s|\s,/, () => new CronMistake('a list has a space in it', 'write lists as `1,2,3`, without spaces')],
];

/** What is wrong with a string that is no five or six fields. */
export function foreignCron(text: string): CronMistake | undefined {
  const word = nicknames[text.toLowerCase()];
  if (word !== undefined) return new CronMistake(`${shown(text)} lacks its @`, `write \`@${text.toLowerCase()}\``);
  for (const [form, mistake] of rows) {
    const found = form.exec(`${text}`);
    if (found !== null) return mistake(found);
  }
  const count = text.split(' ').length;
  if (count === 5 || count === 6) return undefined;
  const year = count === 7 && /^(\*|\d{4}\S*)$/.test(text.split(' ')[6] ?? '');
  return year
    ? new CronMistake('it has seven fields, and a year as Quartz', 'leave the year out: six fields, with seconds first')
    : new CronMistake(`it has ${count} field${count === 1 ? '' : 's'}`);
}

const units: Readonly<Record<string, string>> = {
  s: 's',
  sec: 's',
  min: 'm',
  m: 'm',
  h: 'h',
  hr: 'h',
  hour: 'h',
  d: 'd',
  day: 'd',
};

/** `5m`, `1h30m`, `5 minutes`, `second`. */
function interval(written: string): string {
  const text = written.trim().toLowerCase();
  const [, count = '1', unit = ''] = /^(\d+)?\s*([a-z]+?)(?:onds?|utes?|s)?$/.exec(text) ?? [];
  const milliseconds = parseDuration(text.replace(/\s/g, '')) ?? parseDuration(`${count}${units[unit] ?? ''}`);
  const example = milliseconds === undefined || milliseconds === 0 ? '5m' : formatDuration(milliseconds);
  return `write \`interval: ${example}\` instead of cron`;
}

const ofIso = (text: string): string => text.replace(/^.*?PT?/i, '').toLowerCase();
