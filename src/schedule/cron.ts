// Cron expressions with seconds, in UTC, that mean what crontab(5) says. node-cron computes their next runs; it never runs
// anything here: a started task stops for an hour when the wall clock goes back an hour.
import { createTask } from 'node-cron';
import { foreignCron, nicknamed } from './cron-dialects.ts';
import { fields, readField } from './cron-fields.ts';
import { CronMistake } from './cron-mistake.ts';

/** How many runs ahead decide the longest and the shortest gap, and for how long they are looked at. */
const horizonRuns = 400;
const horizonMs = 366 * 86_400_000;
/** Of a rare expression so many are over a year: each of them takes node-cron long to find. */
const rareRuns = 16;

export type Cron = {
  readonly expression: string;
  /** The next runs after the wall time of now, earliest first. */
  nextRuns(count: number): readonly Date[];
  /** Milliseconds; over the next 400 runs, at most a year. */
  readonly longestGapMs: number;
  readonly shortestGapMs: number;
};

/**
 * @param expression five fields, or six with seconds first, or a word such as `@daily`.
 * @throws CronMistake
 */
export function parseCron(expression: string): Cron {
  const tasks = readExpressions(expression).flatMap(taskOf);
  if (tasks.length === 0)
    throw new CronMistake('its months have no such day, so it never comes round', 'write a day that its months have');
  const nextRuns = (count: number): Date[] => together(tasks.map((task) => task.getNextRuns(count))).slice(0, count);
  let known: readonly number[] | undefined;
  const gaps = (): readonly number[] => (known ??= gapsOf(nextRuns));
  return {
    expression,
    nextRuns,
    get longestGapMs() {
      return Math.max(...gaps());
    },
    get shortestGapMs() {
      return Math.min(...gaps());
    },
  };
}

/** Measured when somebody wants to know: it takes long. */
function gapsOf(nextRuns: Cron['nextRuns']): readonly number[] {
  const ask = (count: number): number[] => nextRuns(count).map((run) => run.getTime());
  let runs = ask(rareRuns);
  const first = runs[0] ?? 0;
  if ((runs.at(-1) ?? 0) - first < horizonMs) runs = ask(horizonRuns);
  return runs.slice(1).flatMap((run, index) => {
    const before = runs[index] as number;
    return before - first < horizonMs ? [run - before] : [];
  });
}

type Task = ReturnType<typeof createTask>;

/** None for what never comes round: that is all that node-cron finds wrong with an expression that was read here. */
function taskOf(expression: string): Task[] {
  try {
    const task = createTask(expression, () => undefined, { timezone: 'UTC' });
    return task.getNextRuns(1).length > 0 ? [task] : [];
  } catch {
    return [];
  }
}

/** The runs of all, earliest first, each once. */
function together(runs: readonly Date[][]): Date[] {
  const [only = []] = runs;
  if (runs.length < 2) return only;
  const times = runs.flat().map((run) => run.getTime());
  return [...new Set(times)].sort((a, b) => a - b).map((time) => new Date(time));
}

/**
 * Six fields in numbers, for node-cron, which wants both days to match. crontab(5) lets either match when neither begins
 * with `*`: then there are two expressions.
 * @throws CronMistake
 */
function readExpressions(expression: string): readonly string[] {
  const written = expression.trim().replace(/\s+/g, ' ');
  const text = nicknamed(written) ?? written;
  const foreign = foreignCron(text);
  if (foreign !== undefined) throw foreign;
  const words = text.split(' ');
  const [second = '0', minute = '', hour = '', dayWritten = '', monthWritten = '', weekdayWritten = ''] =
    words.length === 5 ? ['0', ...words] : words;
  const time = [
    readField(fields.second, second).text,
    readField(fields.minute, minute).text,
    readField(fields.hour, hour).text,
  ].join(' ');
  const day = readField(fields.day, dayWritten);
  const month = readField(fields.month, monthWritten).text;
  const weekday = readField(fields.weekday, weekdayWritten);
  if (dayWritten === '?' && /(^|[,-])\d/.test(weekdayWritten))
    throw new CronMistake(
      'with `?` it is Quartz’s, where 1 is Sunday',
      'write days of the week by name, as in `MON-FRI`',
    );
  if (day.star || weekday.star) return [`${time} ${day.text} ${month} ${weekday.text}`];
  return [`${time} ${day.text} ${month} *`, `${time} * ${month} ${weekday.text}`];
}
