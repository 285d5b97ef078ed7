// Queries and alerts in the documentation: every one of our series in them is there with the detail `default`.
import { expect, test } from 'vitest';
import { loopFamilies, processPrefix, promFamilies } from '../../src/core/detail.ts';
import { families } from '../../src/core/names.ts';
import { pages, read } from './pages.ts';

const fullOnly = [
  ...Object.values(families),
  ...[...promFamilies, ...loopFamilies].map(({ name, detail }) => ({ name: `${processPrefix}${name}`, detail })),
].flatMap(({ name, detail }) => (detail === 'full' ? [name] : []));

/** Code that is more than a name: blocks, and spans with an operator, a bracket or a space. */
const codeOf = (page: string): readonly string[] => {
  const blocks = [...read(page).matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const prose = read(page).replace(/^```\w*\n.*?^```$/gms, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
  return [...blocks, ...spans.filter((span) => /[\s({=<>]/.test(span))];
};

/** What such code would not find by default. */
const missing = (code: string): readonly string[] => [
  ...fullOnly.filter((name) => new RegExp(`\\b${name}(_bucket|_sum|_count)?\\b`).test(code)),
  ...(/sidewarden_check_state\{[^}]*state="healthy"/.test(code) ? ['state="healthy"'] : []),
  ...(/sidewarden_statistics_mode(\{[^}]*\})? *(\)[^=]*)?== *0/.test(code) ? ['a mode that is not in force'] : []),
];

test('what they name is there by default', () => {
  expect(
    pages.flatMap((page) => codeOf(page).flatMap((code) => missing(code).map((one) => `${page}: ${one}`))),
  ).toEqual([]);
});

test('what is there with full only would be found', () => {
  expect(pages.flatMap(codeOf).filter((code) => code.includes('sidewarden_')).length).toBeGreaterThan(10);
  expect(missing('rate(sidewarden_kms_request_duration_seconds_sum[5m])')).toHaveLength(1);
  expect(missing('sidewarden_check_state{job="a",state="healthy"} == 0')).toHaveLength(1);
  expect(missing('sum(sidewarden_statistics_mode{mode="off"}) == 0')).toHaveLength(1);
});
