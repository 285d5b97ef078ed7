// The dependency type `postgres`: what it asks, which settings it takes, how it can fail.
import { defineDependency, type SettingsProblem } from '../define.ts';
import { parseNow, rungs, type Settings, shape } from './settings.ts';
import { protectionProblem } from './sslmode.ts';
import type { Target } from './url.ts';

function knownTarget({ url }: Settings): Target | undefined {
  const parsed = parseNow(url);
  return parsed !== undefined && 'target' in parsed ? parsed.target : undefined;
}

function problems(settings: Settings): SettingsProblem[] {
  const target = knownTarget(settings);
  if (target === undefined) return [];
  const found: SettingsProblem[] = [];
  if (target.user === undefined && settings.username === undefined) {
    found.push({ path: ['url'], message: 'names no user: add one, or set `username`' });
  }
  const contradiction = protectionProblem(target, settings.tls);
  if (contradiction !== undefined) found.push({ path: ['tls'], message: contradiction });
  return found;
}

export const postgres = defineDependency({
  type: 'postgres',
  summary: 'A PostgreSQL server, or PgBouncer, accepts the log-in, answers a query, and has the role expected.',
  settings: shape,
  rungs,
  classes: [
    'dns',
    'refused',
    'timeout',
    'tls',
    'auth',
    'permission',
    'capacity',
    'starting',
    'readonly',
    'misconfig',
    'server',
  ],
  keeps: 'connection',
  environment: { variable: 'DATABASE_URL', check: 'database', settings: (url) => ({ url }) },
  target(settings) {
    const target = knownTarget(settings);
    if (target === undefined) return 'postgres';
    return target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
  },
  problems,
  notes: ({ expect, write }) =>
    expect === 'any' && write === undefined
      ? ['that the server takes writes is not proven: `expect: primary` asks for its role, `write` tries']
      : [],
  restMs: (settings) => settings.write?.interval ?? 0,
  load: async () => (await import('./driver.ts')).driver,
});
