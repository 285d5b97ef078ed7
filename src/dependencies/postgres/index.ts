// The dependency type `postgres`: what it asks, which settings it takes, how it can fail.
import type { StatisticsMode } from '../../core/collecting.ts';
import type { Cost } from '../../core/cost.ts';
import { dependencyClasses } from '../../core/failure.ts';
import { iamProblems, secretVariables } from '../aws/settings.ts';
import { defineDependency, type SettingsProblem } from '../define.ts';
import { iamProblem } from './iam.ts';
import { labelOf, protectionProblem, socketProblem, type Target } from './libpq/index.ts';
import { parseNow, phases, type Settings, shape } from './settings.ts';
import { aimedAt } from './statistics-url.ts';

function knownTarget({ url }: Pick<Settings, 'url'>): Target | undefined {
  const parsed = parseNow(url);
  return parsed !== undefined && 'target' in parsed ? parsed.target : undefined;
}

function problems(settings: Settings): SettingsProblem[] {
  const found = [...iamProblems(settings, { region: settings.region })];
  const target = knownTarget(settings);
  if (target !== undefined) found.push(...problemsOf(settings, target));
  if (settings.statistics_url === undefined) return found;
  const other = knownTarget({ url: settings.statistics_url });
  if (other === undefined) return found;
  // The block and `auth` hold for both: what contradicts them is this URL.
  const ofStatistics = problemsOf(aimedAt(settings, other), other);
  return [...found, ...ofStatistics.map(({ message }) => ({ path: ['statistics_url'], message }))];
}

function problemsOf(settings: Settings, target: Target): SettingsProblem[] {
  const found: SettingsProblem[] = [];
  if (target.user === undefined && settings.username === undefined) {
    found.push({ path: ['url'], message: 'names no user: add one, or set `username`' });
  }
  const socket = target.servers.map(socketProblem).find((problem) => problem !== undefined);
  if (socket !== undefined) found.push({ path: ['url'], message: socket });
  const contradiction = protectionProblem(target, settings.tls);
  if (contradiction !== undefined) found.push({ path: ['tls'], message: contradiction });
  const unfit = iamProblem(settings, target);
  if (unfit !== undefined) found.push(unfit);
  return found;
}

/** A server has to let us in before it says that it is not the one wanted: then the next one is asked. */
function logInsOf({ servers, sessionAttrs }: Target): number {
  if (sessionAttrs === 'any') return 1;
  return servers.length * (sessionAttrs === 'prefer-standby' ? 2 : 1);
}

function cost(settings: Settings): Cost {
  const { expect, write } = settings;
  const target = knownTarget(settings);
  const logIns = target === undefined ? 1 : logInsOf(target);
  const asked = target !== undefined && target.sessionAttrs !== 'any';
  return {
    logIns,
    calls: [
      { name: 'query', count: expect === 'any' ? 1 : 2, per: 'run' },
      ...(asked ? [{ name: 'query of a new connection', count: logIns, per: 'session' } as const] : []),
      ...(write === undefined ? [] : [{ name: 'write', count: 2, per: { restMs: write.interval } }]),
    ],
  };
}

function notes(settings: Settings, mode: StatisticsMode, written: ReadonlySet<string>): readonly string[] {
  const { expect, write } = settings;
  const unproven =
    'that the server takes writes is not proven: `expect: primary` asks for its role, `write` tries, `expect: any` does without';
  const scattered =
    'its URL can lead replicas to different servers, and at each of them one reads the statistics: name one server by ' +
    '`statistics_url`, or set `statistics: { mode: off }`';
  return [
    ...(expect === 'any' && write === undefined && !written.has('expect') ? [unproven] : []),
    ...(mode === 'leader' && scatters(settings) ? [scattered] : []),
  ];
}

/** Whether connections of the statistics can be with several servers at once, which have locks of their own. */
function scatters({ url, statistics_url, expect }: Settings): boolean {
  const target = knownTarget({ url: statistics_url ?? url });
  if (target === undefined || target.sessionAttrs === 'primary' || target.sessionAttrs === 'read-write') return false;
  return target.shuffled || (target.servers.length > 1 && expect !== 'primary');
}

export const postgres = defineDependency({
  type: 'postgres',
  summary: 'A PostgreSQL server, or PgBouncer, accepts the log-in, answers a query, and has the role expected.',
  settings: shape,
  phases,
  classes: dependencyClasses.filter((one) => one !== 'throttled'),
  warnings: ['skipped'],
  keeps: 'connection',
  secretVariables,
  environment: { variable: 'DATABASE_URL', check: 'database', settings: (url) => ({ url }) },
  target(settings) {
    const target = knownTarget(settings);
    return target === undefined ? 'postgres' : target.servers.map(labelOf).join(',');
  },
  problems,
  notes,
  elects: ({ expect }) => expect,
  restMs: (settings) => settings.write?.interval ?? 0,
  cost,
  statistics: async () => (await import('./statistics/index.ts')).statistics,
  load: async () => (await import('./driver.ts')).driver,
});
