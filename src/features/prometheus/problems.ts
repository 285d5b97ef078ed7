// What the fields of `prometheus` alone cannot see.
import { readUrl } from '../../core/url.ts';
import { findProblems, urlForm } from '../../dependencies/http/settings.ts';
import type { Others, SettingsProblem } from '../define.ts';
import { isAsked, type PrometheusSettings } from './settings.ts';

/** Mistakes of right fields: what has no effect, or contradicts another. */
export function problemsOf(settings: PrometheusSettings): readonly SettingsProblem[] {
  if (!isAsked(settings)) return withoutUrl(settings);
  const problems = findProblems({ ...settings, method: 'GET', expected_status: [[200, 200]] }).map(
    ({ fix = 'keep what is right', ...problem }) => ({ ...problem, fix }),
  );
  const end = settings.url.newest((value) => {
    const read = readUrl(value, urlForm);
    return 'url' in read ? endOfApi.exec(read.url.path)?.[0] : undefined;
  });
  if (end === undefined) return problems;
  const message = `must end before ${end}: what is asked there is added to it`;
  return [...problems, { path: ['url'], message, fix: `leave ${end} out` }];
}

/** What people copy from a browser or from another tool. */
const endOfApi = /\/(?:api\/v1(?:\/query(?:_range)?)?|graph|query|metrics|-\/(?:ready|healthy))\/?$/;

function withoutUrl({ headers, retention, timeout: _, ...rest }: PrometheusSettings): readonly SettingsProblem[] {
  const written = Object.entries({ ...rest, headers: Object.keys(headers).length > 0 ? headers : undefined })
    .filter(([, value]) => value !== undefined)
    .map(([key]) => key);
  const fix = 'write `url: http://prometheus:9090`, or leave it out';
  if (written.length > 0)
    return written.map((key) => ({ path: [key], message: 'has no effect without url: nothing is asked', fix }));
  if (retention !== undefined) return [];
  const either = 'write `url: http://prometheus:9090`, or `retention: 30d`, or both';
  return [{ path: [], message: 'needs url or retention: nothing else has an effect alone', fix: either }];
}

/** Facts about right settings that their author should know. */
export function notesOn(settings: PrometheusSettings, { slos }: Others): readonly string[] {
  if (!isAsked(settings) || Object.keys((slos as object | undefined) ?? {}).length > 0) return [];
  return ['prometheus.url has no effect: Prometheus is asked for the objectives below slos, and there are none'];
}
