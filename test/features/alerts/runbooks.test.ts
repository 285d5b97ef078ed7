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
  const generated = (part: string): string =>
    new RegExp(`<!-- ${part}: written by npm run generate -->\\n([\\s\\S]*?)<!-- end of ${part} -->`).exec(text)?.[1] ??
    '';
  return [
    ...(text.startsWith(`# ${name}\n`) ? [] : ['title']),
    ...(/^\| severity \|/m.test(generated('facts')) ? [] : ['facts']),
    ...(/```promql\n/.test(generated('expression')) ? [] : ['expression']),
    ...sections.filter((section) => (bodies.get(section) ?? '') === ''),
    ...([...bodies.keys()].filter((section) => sections.includes(section)).join() === sections.join() ? [] : ['order']),
  ];
}

test.each(written)('%s is whole', (name) => {
  expect(mistakesIn(name, read(`docs/runbooks/${name}.md`))).toEqual([]);
});

test('what is missing is found', () => {
  const block = (part: string, text: string): string =>
    `<!-- ${part}: written by npm run generate -->\n${text}\n<!-- end of ${part} -->\n`;
  const end = block('expression', '```promql\nup\n```');
  const whole = `# A\n\n${block('facts', '| severity | info |')}${sections.map((section) => `\n## ${section}\n\nSo.\n`).join('')}${end}`;
  expect(mistakesIn('A', whole)).toEqual([]);
  expect(mistakesIn('B', whole)).toEqual(['title']);
  expect(mistakesIn('A', whole.replace('## Impact\n\nSo.', '## Impact\n'))).toEqual(['Impact']);
  expect(mistakesIn('A', whole.replace('## Impact\n', ''))).toEqual(['Impact', 'order']);
  expect(mistakesIn('A', whole.replace('```promql', ''))).toEqual(['expression']);
  expect(mistakesIn('A', whole.replace('| severity', '|'))).toEqual(['facts']);
});

const words: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  ten: 10,
};

/** How long something holds before the alert fires, as the first sentence of Meaning says it: `for ten minutes`, `For 2 hours`. */
function saidIn(text: string): string | undefined {
  const meaning = /^## Meaning\n(.*?)(?:\.\s|^## )/ms.exec(text)?.[1] ?? '';
  const [, part, count = '', unit = ''] =
    /\bfor\s+(?:(half an|a quarter of an) hour|(\d+|an?|two|three|four|five|six|seven|ten)\s+(m|h)(?:inute|our)s?\b)/i.exec(
      meaning,
    ) ?? [];
  if (part !== undefined) return part === 'half an' ? '30m' : '15m';
  return count === '' ? undefined : `${words[count] ?? count}${unit}`;
}

test('no page says another time than its alert waits', () => {
  const said = packs
    .flatMap(({ alerts }) => alerts)
    .map((alert) => ({ name: alert.name, waits: alert.for, said: saidIn(read(`docs/runbooks/${alert.name}.md`)) }))
    .filter((one) => one.said !== undefined);
  expect(said.length).toBeGreaterThan(50);
  expect(said.filter((one) => one.said !== one.waits)).toEqual([]);
});
