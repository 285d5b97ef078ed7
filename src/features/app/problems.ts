// What the fields of `app` alone cannot see.
import { isReserved } from '../../core/detail.ts';
import { formatDuration } from '../../core/duration.ts';
import { isLoopback, parseAddress } from '../../core/endpoint.ts';
import { findProblems } from '../../dependencies/http/settings.ts';
import type { SettingsProblem } from '../define.ts';
import type { AppSettings, Mapping, PageSettings, StatsdSettings } from './settings.ts';

/** Mistakes of right fields: what is missing, has no effect, or contradicts another. */
export function problemsOf({ metrics, statsd }: AppSettings): readonly SettingsProblem[] {
  if (metrics === undefined && statsd === undefined) {
    const fix = 'write `metrics: { url: http://127.0.0.1:8080/metrics }`, or `statsd: {}`, or both';
    return [{ path: [], message: 'needs metrics or statsd: nothing else brings metrics of the service', fix }];
  }
  return [
    ...(metrics === undefined ? [] : problemsOfPage(metrics).map(below('metrics'))),
    ...(statsd === undefined ? [] : problemsOfStatsd(statsd).map(below('statsd'))),
  ];
}

/** Where packets are received, without `udp://`. */
const addressOf = (listen: string) => parseAddress(listen.replace('udp://', ''));

const below =
  (...keys: readonly (string | number)[]) =>
  ({ path, ...problem }: SettingsProblem): SettingsProblem => ({ ...problem, path: [...keys, ...path] });

function problemsOfPage(page: PageSettings): readonly SettingsProblem[] {
  const problems = findProblems({ ...page, method: 'GET', expected_status: [[200, 200]] }).map(
    ({ fix = 'keep what is right', ...problem }) => ({ ...problem, fix }),
  );
  if (page.timeout < page.interval) return problems;
  const [timeout, interval] = [page.timeout, page.interval].map(formatDuration);
  const message = `is ${timeout}, and must be shorter than interval, which is ${interval}`;
  return [...problems, { path: ['timeout'], message, fix: 'write a shorter timeout, or a longer interval' }];
}

function problemsOfStatsd({ listen, mappings, ...caps }: StatsdSettings): readonly SettingsProblem[] {
  const problems: SettingsProblem[] = mappings.flatMap((mapping, index) =>
    [...problemsOfMapping(mapping), ...besides(mapping, mappings.slice(0, index))].map(below('mappings', index)),
  );
  for (const [index, text] of listen.entries()) {
    const path = ['listen', index];
    if (addressOf(text) === undefined)
      problems.push({
        path,
        message: 'must be an address and a port such as udp://127.0.0.1:8125 or udp://[::1]:8125',
        fix: 'write host and port',
      });
    else if (listen.indexOf(text) < index) problems.push({ path, message: 'is there already', fix: 'leave it out' });
  }
  if (caps.max_series_per_metric > caps.max_series)
    problems.push({
      path: ['max_series_per_metric'],
      message: 'must not be over max_series',
      fix: `write ${caps.max_series} or less, or raise max_series`,
    });
  return problems;
}

function problemsOfMapping({ match, name, type, labels, buckets, drop }: Mapping): readonly SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  if (drop) {
    for (const [key, value] of Object.entries({ name, buckets }))
      if (value !== undefined)
        problems.push({ path: [key], message: 'has no effect beside drop', fix: `leave out ${key} or drop` });
    return problems;
  }
  if (name !== undefined && isReserved(name))
    problems.push({ path: ['name'], message: 'is a name that is not yours', fix: 'write another one' });
  if (name === undefined)
    problems.push({ path: [], message: 'needs a name', fix: 'write `name`, or `drop: true` to leave such lines out' });
  const stars = match.split('.').filter((word) => word === '*').length;
  for (const [path, text] of [[['name'], name ?? ''] as const, ...Object.entries(labels).map(labelPlace)])
    for (const [, digits] of text.matchAll(/\$\{?(\d+)/g))
      if (Number(digits) > stars)
        problems.push({
          path,
          message: `$${digits} stands for nothing: match has ${stars === 1 ? 'one *' : `${stars} *`}`,
          fix: stars === 0 ? 'write a * in match' : `write $1${stars > 1 ? ` to $${stars}` : ''}`,
        });
  if (buckets !== undefined && type !== undefined && type !== 'histogram')
    problems.push({ path: ['buckets'], message: `has no effect on a ${type}`, fix: 'write `type: histogram`' });
  if (buckets?.some((bound, index) => index > 0 && bound <= (buckets[index - 1] ?? bound)))
    problems.push({ path: ['buckets'], message: 'must go up', fix: 'sort them, each once' });
  return problems;
}

/** What mappings before it make of this one. */
function besides({ match, name, type, buckets }: Mapping, before: readonly Mapping[]): readonly SettingsProblem[] {
  const isFor = (one: Mapping): boolean => one.type === undefined || one.type === type;
  if (before.some((one) => one.match === match && isFor(one)))
    return [
      { path: ['match'], message: 'is never reached: a mapping before it has the same', fix: 'leave one of them out' },
    ];
  if (name === undefined || name.includes('$')) return [];
  const same = before.find((one) => one.name === name);
  if (same?.type !== undefined && type !== undefined && same.type !== type)
    return [
      { path: ['name'], message: `is a ${same.type} by a mapping before it`, fix: 'give the two different names' },
    ];
  if (same !== undefined && String(same.buckets ?? buckets) !== String(buckets ?? same.buckets))
    return [
      { path: ['buckets'], message: 'differ from those of a mapping before it with this name', fix: 'write the same' },
    ];
  return [];
}

const labelPlace = ([key, text]: readonly [string, string]) => [['labels', key], text] as const;

/** What the author of right settings should know. */
export function notesOn({ statsd }: AppSettings): readonly string[] {
  const open = (statsd?.listen ?? []).filter((one) => {
    const address = addressOf(one);
    return address !== undefined && !isLoopback(address.host);
  });
  return open.map((one) => `StatsD has no log-in: whoever reaches ${one} writes metrics of the service`);
}
