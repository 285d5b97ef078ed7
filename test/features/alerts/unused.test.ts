// Every family of docs/metrics.md, and every metric of the catalogue of the service, is read by a rule, or a list says why not.
import { expect, test } from 'vitest';
import { packs } from '../../../src/features/alerts/catalogue/index.ts';
import { read } from '../../docs/pages.ts';
import { rulesOfPack } from './bench.ts';
import { familyOf, knownFamilies } from './known-families.ts';
import { readExpression } from './reading.ts';
import * as app from './unused/app.ts';
import * as elasticsearch from './unused/elasticsearch.ts';
import * as kms from './unused/kms.ts';
import * as own from './unused/own.ts';
import * as postgres from './unused/postgres.ts';
import * as redis from './unused/redis.ts';

/** Those of the catalogue are named there without a prefix. */
const plain = (name: string): string => name.replace(/^shop_/, '');
const expressions = packs.flatMap((pack) => rulesOfPack(pack)).map(({ expr }) => expr);
const used = new Set(
  expressions
    .flatMap((expr) => readExpression(expr, () => new Set()).selectors)
    .flatMap(({ series }) => familyOf(series)?.name ?? [])
    .map(plain),
);
/** Of the pages and of the catalogue; the cluster's and Prometheus' own are not ours. */
const families = [...knownFamilies]
  .filter(([, { job }]) => job !== 'none')
  .map(([name]) => plain(name))
  .filter((name) => !/^(up|scrape_)/.test(name));

const reasons = [own, app, postgres, redis, elasticsearch, kms].flatMap(({ unused }) => unused);
const covers = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
const isExcused = (name: string): boolean => reasons.some(([pattern]) => covers(pattern, name));

test('it is all of docs/metrics.md', () => {
  const documented = [...read('docs/metrics.md').matchAll(/^\| `([a-z]\w+)` \| (?:gauge|counter|histogram|untyped)/gm)];
  expect(documented.length).toBeGreaterThan(500);
  expect(documented.map(([, name = '']) => name).filter((name) => !families.includes(name))).toEqual([]);
});

test('each is used, or there is a reason', () => {
  expect(families.filter((name) => !used.has(name) && !isExcused(name)).sort()).toEqual([]);
});

test('no reason is for a family that is used, or for none', () => {
  const wrong = reasons.filter(([pattern]) => {
    const covered = families.filter((name) => covers(pattern, name));
    return covered.length === 0 || covered.some((name) => used.has(name));
  });
  expect(wrong.map(([pattern]) => pattern)).toEqual([]);
});
