// Every alert has a runbook, which says what it means and what to do.
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packs } from '../../../src/features/alerts/catalogue/index.ts';
import { read, root } from '../../docs/pages.ts';

const sections = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation'];
const files = globSync('docs/runbooks/*.md', { cwd: root }).filter((file) => basename(file) !== 'README.md');
const written = files.map((file) => basename(file, '.md'));
const without = (names: readonly string[]): readonly string[] => names.filter((name) => !written.includes(name));

describe.each(packs.map((pack) => [pack.name, pack.alerts.map(({ name }) => name)] as const))('%s', (_, names) => {
  test('every alert has a page', () => {
    expect(without(names)).toEqual([]);
  });
});

test('every page has an alert', () => {
  const names = packs.flatMap((pack) => pack.alerts.map(({ name }) => name));
  expect(written.filter((name) => !names.includes(name))).toEqual([]);
});

/** What is missing or empty. */
function mistakesIn(name: string, text: string): readonly string[] {
  const bodies = new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((part) => [part.split('\n', 1)[0] ?? '', part.replace(/^.*\n/, '').trim()]),
  );
  const facts = /<!-- facts: written by npm run generate -->\n([\s\S]*?)<!-- end of facts -->/.exec(text)?.[1] ?? '';
  return [
    ...(text.startsWith(`# ${name}\n`) ? [] : ['title']),
    ...(/```promql\n/.test(facts) ? [] : ['facts']),
    ...sections.filter((section) => (bodies.get(section) ?? '') === ''),
    ...([...bodies.keys()].filter((section) => sections.includes(section)).join() === sections.join() ? [] : ['order']),
  ];
}

test.each(written)('%s is whole', (name) => {
  expect(mistakesIn(name, read(`docs/runbooks/${name}.md`))).toEqual([]);
});

test('what is missing is found', () => {
  const facts = '<!-- facts: written by npm run generate -->\n```promql\nup\n```\n<!-- end of facts -->\n';
  const whole = `# A\n\n${facts}${sections.map((section) => `\n## ${section}\n\nSo.\n`).join('')}`;
  expect(mistakesIn('A', whole)).toEqual([]);
  expect(mistakesIn('B', whole)).toEqual(['title']);
  expect(mistakesIn('A', whole.replace('## Impact\n\nSo.', '## Impact\n'))).toEqual(['Impact']);
  expect(mistakesIn('A', whole.replace('## Impact\n', ''))).toEqual(['Impact', 'order']);
  expect(mistakesIn('A', whole.replace('```promql', ''))).toEqual(['facts']);
});
