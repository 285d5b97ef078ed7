// The type `dns`: a name server answers for a name, with the records expected.
import { defineDependency } from '../define.ts';
import { phases, problems, settings } from './settings.ts';

export const dns = defineDependency({
  type: 'dns',
  summary: 'A name server answers for a name, and the answer holds the records expected.',
  settings,
  phases,
  classes: ['dns', 'misconfig'],
  keeps: 'nothing',
  target: ({ name, resolver }) => (resolver === undefined ? name : `${name}@${resolver}`),
  problems,
  cost: () => ({ logIns: 0, calls: [{ name: 'question', count: 1, per: 'run' }] }),
  load: async () => (await import('./driver.ts')).driver,
});
