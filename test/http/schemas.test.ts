// docs/endpoints.md holds a JSON Schema for each body: the bodies of any board keep to them, with the table's codes.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sloBody } from '../../src/features/slos/answer.ts';
import { arbitraryEntries } from '../core/entries.ts';
import { arbitraryAround, arbitraryViews } from '../features/slos/views.ts';
import { serve } from './serve.ts';

const page = readFileSync(new URL('../../docs/endpoints.md', import.meta.url), 'utf8');
const ajv = new Ajv2020({ strictSchema: true, allowUnionTypes: true, strictTypes: false });
for (const [, block = ''] of page.matchAll(/```json\n(.*?)```/gs)) {
  if (block.includes('"$schema"')) ajv.addSchema(JSON.parse(block));
}

/** Fails with what does not fit. */
function expectFits(id: string, text: string): void {
  const body = JSON.parse(text);
  const fits = ajv.validate(id, body);
  expect(fits ? [] : ajv.errors, `${id}: ${text}`).toEqual([]);
}

const views = ['/health', '/health/ready', '/health/live', '/health/live/app', '/health/startup'];

test('any board: every body fits its schema, and says healthy only with 200', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryEntries, fc.boolean(), async (entries, draining) => {
      const { ask, drain } = serve(entries, { token: () => 'secret' });
      if (draining) drain.start();
      const one = entries.map(({ name }) => `/health/checks/${name}`).slice(0, 1);
      for (const path of [...views, ...one, '/health?exclude=x']) {
        const [json, draft] = [await ask(path), await ask(path, { accept: 'application/health+json' })];
        expectFits('health', json.body);
        expectFits('health+json', draft.body);
        expect(draft.statusCode).toBe(json.statusCode);
        expect(draft.json().status === 'fail').toBe(json.statusCode === 503);
        if (json.json().status === 'healthy') expect(json.statusCode).toBe(200);
      }
      const detailed = await ask('/health/detailed', { authorization: 'Bearer secret' });
      expectFits('detailed', detailed.body);
      expect(detailed.statusCode).toBe((await ask('/health')).statusCode);
    }),
    { numRuns: 40 },
  );
});

test('errors and drain fit theirs', async () => {
  const { ask } = serve([], { token: () => 'secret' });
  for (const path of ['/nope', '/health/checks/nope', '/drain', '/health/detailed']) {
    expectFits('error', (await ask(path)).body);
  }
  expectFits('drain', (await ask('/drain', { authorization: 'Bearer secret' }, 'POST')).body);
});

test('objectives fit theirs, whatever was counted', () => {
  fc.assert(
    fc.property(arbitraryViews, arbitraryAround, (views, around) => {
      expectFits('slo', JSON.stringify(sloBody(views, 0, new Date(0), around)));
    }),
  );
});

test('the example of the page fits, and a schema can refuse', () => {
  const [, example = ''] = /```json\n(\{\n {2}"status": "degraded".*?)```/s.exec(page) ?? [];
  expectFits('health', example);
  const unclassified = example.replace('"error": "refused", ', '');
  expect(ajv.validate('health', JSON.parse(unclassified))).toBe(false);
  expect(ajv.validate('health', JSON.parse(example.replace('"phase"', '"message"')))).toBe(false);
  expect(ajv.validate('health', JSON.parse(example.replace('"reason": "required",', '')))).toBe(false);
});
