// Queries and alerts in the documentation: every one of our series in them is there with the detail `default`, and every value
// of a label that they ask for.
import { expect, test } from 'vitest';
import { statisticsModes } from '../../src/core/collecting.ts';
import { loopFamilies, ownPrefix, promFamilies } from '../../src/core/detail.ts';
import { families } from '../../src/core/names.ts';
import { closed, fullRegistry, valuesIn } from '../surface/metrics.ts';
import { pages, read } from './pages.ts';

const fullOnly = [
  ...Object.values(families),
  ...[...promFamilies, ...loopFamilies].map(({ name, detail }) => ({ name: `${ownPrefix}${name}`, detail })),
].flatMap(({ name, detail }) => (detail === 'full' ? [name] : []));

/** Code that is more than a name: blocks, and spans with an operator, a bracket or a space. */
const codeOf = (page: string): readonly string[] => {
  const blocks = [...read(page).matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const prose = read(page).replace(/^```\w*\n.*?^```$/gms, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
  return [...blocks, ...spans.filter((span) => /[\s({=<>]/.test(span))];
};

const registry = fullRegistry('default');
for (const mode of statisticsModes) registry.statistics.standing(mode, { mode, reads: false });
const page = Buffer.concat(await registry.bytes()).toString();

/** Values of labels that no series of the family has by default; of a pattern, each alternative that none matches. */
const valuesMissing = (code: string): readonly string[] =>
  [...code.matchAll(/\b(sidewarden_\w+?)(?:_bucket|_sum|_count)?\{([^}]*)\}/g)].flatMap(
    ([, name = '', matchers = '']) => {
      const known = valuesIn(page, name);
      return [...matchers.matchAll(/(\w+)(=~?)"([^"]*)"/g)].flatMap(([, label = '', operator, asked = '']) => {
        if (!closed.includes(label) || known.size === 0) return [];
        const values = [...(known.get(label) ?? [])];
        const alternatives = operator === '=' ? [asked] : asked.replaceAll('\\\\', '\\').split('|'); // PromQL escapes as JSON does
        const isThere = (one: string): boolean =>
          values.some((value) => (operator === '=' ? value === one : new RegExp(`^(?:${one})$`).test(value)));
        return alternatives.filter((one) => !isThere(one)).map((one) => `${name}{${label}="${one}"}`);
      });
    },
  );

/** What such code would not find by default. */
const missing = (code: string): readonly string[] => [
  ...fullOnly.filter((name) => new RegExp(`\\b${name}(_bucket|_sum|_count)?\\b`).test(code)),
  ...valuesMissing(code),
  ...(/sidewarden_statistics_mode(\{[^}]*\})? *(\)[^=]*)?== *0/.test(code) ? ['a mode that is not in force'] : []),
];

test('what they name is there by default', () => {
  expect(
    pages.flatMap((page) => codeOf(page).flatMap((code) => missing(code).map((one) => `${page}: ${one}`))),
  ).toEqual([]);
});

test('what is there by default is not found to be missing', () => {
  expect(missing('rate(sidewarden_check_duration_seconds_bucket{le=~"0.1|\\\\+Inf",check="a"}[5m])')).toEqual([]);
  expect(missing('sidewarden_statistics_mode{mode="off"} == 1')).toEqual([]);
  expect(missing('sidewarden_check_state{state!="healthy"} == 1')).toEqual([]);
});

test('what is there with full only would be found', () => {
  expect(pages.flatMap(codeOf).filter((code) => code.includes('sidewarden_')).length).toBeGreaterThan(10);
  expect(missing('rate(sidewarden_kms_request_duration_seconds_sum[5m])')).toHaveLength(1);
  expect(missing('sidewarden_check_state{job="a",state="healthy"} == 0')).toHaveLength(1);
  expect(missing('sidewarden_check_state{state=~"healthy|unhealthy"}')).toHaveLength(1);
  expect(missing('rate(sidewarden_check_duration_seconds_bucket{le="0.05"}[5m])')).toHaveLength(1);
  expect(
    missing('rate(sidewarden_http_request_duration_seconds_bucket{route="/health",le=~"0.01|1"}[5m])'),
  ).toHaveLength(1);
  expect(missing('sidewarden_statistics_mode{mode="leaders"} == 1')).toHaveLength(1);
  expect(missing('sidewarden_kms_requests_total{operation="Encrypt",result="throttle"}')).toHaveLength(1);
  expect(missing('sum(sidewarden_statistics_mode{mode="off"}) == 0')).toHaveLength(1);
});
