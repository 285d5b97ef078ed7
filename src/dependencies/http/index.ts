// The type `http`: an HTTP endpoint, the main app's among them, answers with the status and body expected.
import type { Secret } from '../../core/secret.ts';
import { defineDependency } from '../define.ts';
import { classes, findProblems, isLocal, phases, settings, targetOf } from './settings.ts';

export const http = defineDependency({
  type: 'http',
  summary: 'An HTTP endpoint answers with the status, and the body, expected.',
  settings,
  phases,
  classes,
  keeps: 'nothing',
  environment: { variable: 'APP_URL', check: 'app', settings: (url: string | Secret) => ({ url }) },
  target: targetOf,
  local: isLocal,
  problems: findProblems,
  cost: () => ({ logIns: 0, calls: [{ name: 'request', count: 1, per: 'run' }] }),
  load: async () => (await import('./driver.ts')).driver,
});
