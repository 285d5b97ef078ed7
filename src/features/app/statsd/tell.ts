// What the log says of lines that do not count: each reason once, with the first name that met it.
import type { Log } from '../../../core/log.ts';
import type { StatsdReason } from '../settings.ts';

/** Beside the reasons: a value counted under other labels, a packet that the kernel dropped, one that was dropped unread. */
export type Told = StatsdReason | 'overflow' | 'kernel' | 'unread';

const words: Readonly<Record<Told, string>> = {
  bad_line: 'StatsD lines do not count that are none, or have no value that their type can have',
  dropped: 'StatsD lines are left out as a mapping says',
  event: 'events of DogStatsD are left out',
  reserved:
    'StatsD lines do not count whose name is ours, Prometheus’ own, on the page of the service, or another metric’s',
  service_check: 'service checks of DogStatsD are left out',
  signed_gauge:
    'gauges with a sign, such as x:-1|g, are left out: app.statsd.signed_gauges says what they mean, delta as in StatsD or absolute as in DogStatsD',
  too_long: 'StatsD lines do not count that are too long',
  too_many:
    'StatsD lines do not count that would make a metric beyond app.statsd.max_series, have more than 32 tags, or are one value of a set too many',
  wrong_type: 'StatsD lines do not count whose metric has another type',
  overflow: 'a metric has too many series: what is beyond them is counted under labels that are __other__',
  kernel: 'the kernel dropped StatsD packets: they came faster than they were read',
  unread: 'StatsD packets were dropped unread: lines came faster than they were counted',
};
/** What somebody asked for, and what is as it should be. */
const expected: ReadonlySet<Told> = new Set(['dropped', 'event', 'service_check']);

/** A line could hold anything: only what is surely a name is repeated. */
const nameOf = (line: string): string | undefined => /^([\w.\-/]{1,100})[:#[,]/.exec(line)?.[1];

/** @returns is told of each line, cheaply. */
export function createTeller(log: Pick<Log, 'info' | 'warn'>): (told: Told, line?: string) => void {
  const said = new Set<Told>();
  return (told, line = '') => {
    if (said.has(told)) return;
    said.add(told);
    const name = nameOf(line);
    const message = `${words[told]}${name === undefined ? '' : `; the first is ${name}`}`;
    if (expected.has(told)) log.info({ 'labels.feature': 'app' }, message);
    else log.warn({ 'labels.feature': 'app' }, message);
  };
}
