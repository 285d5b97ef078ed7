// A healthy service of two replicas, as Prometheus has it: after an hour the one that reads the statistics is killed, is away for
// three minutes, and the other reads from then on.
import { expand, jobOf } from '../../../../src/features/prometheus/expression.ts';
import { scope } from '../bench.ts';
import type { Line } from '../case.ts';
import * as app from './app.ts';
import * as elasticsearch from './elasticsearch.ts';
import * as forecast from './forecast.ts';
import * as kms from './kms.ts';
import * as kubernetes from './kubernetes.ts';
import * as postgres from './postgres.ts';
import * as probes from './probes.ts';
import * as redis from './redis.ts';
import * as slo from './slo.ts';
import * as statistics from './statistics.ts';

export const lines: readonly Line[] = [
  ...probes.lines,
  ...statistics.lines,
  ...postgres.lines,
  ...redis.lines,
  ...elasticsearch.lines,
  ...kms.lines,
  ...app.lines,
  ...slo.lines,
  ...kubernetes.lines,
  ...forecast.lines,
];

export const lengthMin = 130;
/** The last minute of the one that is killed; the first in which the other has taken over; in which the killed one is back. */
const [killed, taken, back] = [60, 62, 64];

export type Input = { readonly series: string; readonly values: string };

const all = Array.from({ length: lengthMin + 1 }, (_, minute) => minute);

/** What is shown by the replica alone that reads. */
const ofReader = /^sidewarden_(collector_|statistics_privilege)/;

const valueAt = ({ course }: Line, minutes: number): number => {
  if (course.kind === 'gauge') return course.quiet;
  if (course.kind === 'counter') return minutes * course.quiet;
  if (course.kind === 'slope') return course.from + minutes * course.quiet;
  throw new Error('the healthy service has gauges and counters alone');
};

/** A line as the pages of two replicas have it while nothing happens. */
export function seriesOf(line: Line): readonly { readonly series: string; valueAt(minute: number): number }[] {
  const name = nameOf(line);
  const isOfReplica = jobOf(name) === 'checks' || jobOf(name) === 'app';
  const labels = isOfReplica ? [1, 2].map((pod) => replica(pod)) : [''];
  return labels.map((own, index) => ({
    series: expand(labelled(line.series, own), scope),
    valueAt: (minute) => (name === 'sidewarden_statistics_leader' && index === 1 ? 0 : valueAt(line, minute)),
  }));
}

const nameOf = (line: Line): string => /^(\$app_)?[\w:]+/.exec(line.series)?.[0] ?? '';
const replica = (pod: number): string => `instance="shop-${pod}:9090",pod="shop-${pod}"`;

/** As the pages of two replicas have it. */
export function inputOf(line: Line): readonly Input[] {
  const name = nameOf(line);
  const job = jobOf(name);
  const one = (values: (minute: number) => number | undefined, labels = ''): Input => ({
    series: expand(labelled(line.series, labels), scope),
    values: all.map((minute) => values(minute) ?? '_').join(' '),
  });
  if (job === 'none') return [one((minute) => valueAt(line, minute))];
  // One sample is missed while another takes over; nothing marks an end, as with samples that have a time.
  if (job === 'statistics') return [one((minute) => (minute === killed + 1 ? undefined : valueAt(line, minute)))];
  return [1, 2].map((pod) => {
    return one((minute) => ofReplica(line, name, pod, minute), replica(pod));
  });
}

/** What one replica shows; nothing while it is down, and its counters begin again then. */
function ofReplica(line: Line, name: string, pod: number, minute: number): number | undefined {
  const isDown = pod === 1 && minute > killed && minute < back;
  if (name === 'up') return isDown ? 0 : 1;
  if (isDown) return undefined;
  const reads = pod === 1 ? minute <= killed : minute >= taken;
  if (name === 'sidewarden_statistics_leader') return reads ? 1 : 0;
  if (ofReader.test(name) && !reads) return undefined;
  const age = pod === 1 && minute >= back ? minute - back : minute;
  if (name === 'sidewarden_process_start_time_seconds') return (minute - age) * 60;
  return valueAt(line, age);
}

/** With these labels instead of its own `instance`, which says the replica. */
const labelled = (series: string, labels: string): string =>
  labels === ''
    ? series
    : series.replace(/\{(.*)\}$/, (_, own: string) => {
        const rest = own.split(/,(?=\w+=")/).filter((label) => label !== '' && !/^(instance|pod)=/.test(label));
        return `{${[...rest, labels].join(',')}}`;
      });
