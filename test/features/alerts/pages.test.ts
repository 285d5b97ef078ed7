// What docs/alerts.md says of pages: which alerts are one, and which of them tells that something has stopped.
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { packs } from '../../../src/features/alerts/catalogue/index.ts';
import { read } from '../../docs/pages.ts';
import { everything, generated } from './generated.ts';
import { stops } from './stops.ts';

const alerts = packs.flatMap((pack) => pack.alerts.map((alert) => ({ ...alert, pack: pack.name })));
const section = read('docs/alerts.md')
  .split(/^## /m)
  .find((part) => part.startsWith('One cause, one page\n'));
const [silences = '', purposes = ''] = section?.split('### What a page is for\n') ?? [];
const linked = (text: string): readonly string[] =>
  [...text.matchAll(/\[(\w+)\]\(runbooks\//g)].map(([, name = '']) => name);
/** Both first columns of the table: what stops, and the alert that tells of it. */
const rows = silences
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split(' | '));

test('each critical alert is said with its pack, and no other', () => {
  const said = purposes
    .split(/^- /m)
    .flatMap((item) => linked(item).map((name) => `${/`(\w+)`/.exec(item)?.[1]} ${name}`));
  const critical = alerts.filter(({ severity }) => severity === 'critical');
  expect([...said].sort()).toEqual(critical.map(({ name, pack }) => `${pack} ${name}`).sort());
  expect(purposes).toContain(`${critical.length} of the ${alerts.length} alerts are \`critical\``);
});

test('what stops in a test stands in the table, with the alert that tells of it', () => {
  for (const { pages, others } of stops) {
    for (const name of [...pages, ...others].map((said) => said.split(' ')[0] ?? '')) {
      expect(rows.flatMap(([, page = '']) => linked(page))).toContain(name);
    }
  }
});

test('every alert that the section names exists', () => {
  const named = [...(section ?? '').matchAll(/`([A-Z][a-z]+[A-Z]\w+)`/g)].map(([, name]) => name);
  const names = alerts.map(({ name }) => name);
  expect(named.filter((name) => name !== undefined && !names.includes(name))).toEqual([]);
  expect(named.length).toBeGreaterThan(10);
});

test('README.md shows what is written', async () => {
  const [, shown = ''] = /^\$ sidewarden generate rules [^\n]*\n(.*?)^```$/ms.exec(read('README.md')) ?? [];
  expect(shown.split('\n')).toHaveLength(7);
  expect((await generated(everything)).stdout).toContain(shown);
});

test('the ConfigMap of k8s/base is enough, with the name of the service beside it', async () => {
  const { data } = parse(read('k8s/base/configuration.yaml')) as { data: Record<string, string> };
  const text = data['sidewarden.yaml'] ?? '';
  expect((await generated(text, [], { SIDEWARDEN_SERVICE: 'shop' })).alert('DependencyDown')).toBeDefined();
  expect((await generated(text)).stderr).toContain('set SIDEWARDEN_SERVICE');
});

test('every receiver of the Alertmanager exists, and every severity is told to one', () => {
  const [, text = ''] = /^```text\n(route:.*?)^```$/ms.exec(read('docs/alerts.md')) ?? [];
  type Route = { readonly receiver: string; readonly matchers?: readonly string[]; readonly routes?: readonly Route[] };
  const { route, receivers } = parse(text) as { route: Route; receivers: readonly { readonly name: string }[] };
  const named = [route, ...(route.routes ?? [])].map(({ receiver }) => receiver);
  expect([...named].sort()).toEqual(receivers.map(({ name }) => name).sort());
  expect(route.routes?.flatMap(({ matchers }) => matchers)).toEqual(['severity="none"', 'severity="critical"']);
});
