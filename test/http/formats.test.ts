// The three formats, and how Accept and ?verbose choose one.
import { describe, expect, test } from 'vitest';
import { chooseFormat } from '../../src/http/accept.ts';
import { healthy, makeEntry, unhealthy, unknown } from '../core/entries.ts';
import { makeResult } from '../core/make.ts';
import { serve } from './serve.ts';

describe('Accept', () => {
  test.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['application/*', 'json'],
    ['application/health+json', 'health'],
    ['APPLICATION/Health+JSON', 'health'],
    ['text/plain', 'text'],
    ['text/*', 'text'],
    ['text/plain, */*', 'text'],
    ['application/json, text/plain, */*', 'json'],
    ['text/plain;q=0.5, application/health+json;q=0.9', 'health'],
    ['text/plain; q=0.9, */*;q=0.1', 'text'],
    ['application/json;q=0, */*', 'health'],
    ['application/json;q=0, text/plain;q=0.001', 'text'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
    ['text/html', 'json'],
    ['text/plain;q=nonsense', 'text'],
    [',;,/;;=,', 'json'],
  ])('%s: %s', (accept, format) => expect(chooseFormat(accept, false)).toBe(format));

  test('verbose means text only where the format is open', () => {
    const verbose = (accept?: string) => chooseFormat(accept, true);
    expect([verbose(), verbose('*/*'), verbose('text/plain'), verbose('text/html, */*;q=0.1')]).toEqual(
      Array(4).fill('verbose'),
    );
    expect([verbose('application/json'), verbose('application/health+json')]).toEqual(['json', 'health']);
  });
});

const failed = { ...makeResult('refused', 0, 0.4), phases: [{ name: 'connect', ms: 0.4 }] };
const { ask } = serve([
  makeEntry('database', { says: { ...healthy, warnings: ['slow'] } }),
  makeEntry('redis', { says: unhealthy(), lastResult: failed }),
  makeEntry('search', { says: unknown, required: false, lastResult: undefined }),
]);

test('text', async () => {
  const { body, headers } = await ask('/health', { accept: 'text/plain' });
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(body).toBe('[+]database ok\n[-]redis failed: refused\n[-]search unknown: stale\ndegraded: required: redis\n');
});

test('verbose text', async () => {
  expect((await ask('/health?verbose')).body.split('\n')).toEqual([
    '[+]database ok (1.23 ms, warnings: slow)',
    '[-]redis failed: refused (0.4 ms, phase connect)',
    '[-]search unknown: stale (not run yet, optional)',
    'degraded: required: redis (sidewarden 1.2.3)',
    '',
  ]);
});

test('application/health+json', async () => {
  const { json, headers } = await ask('/health', { accept: 'application/health+json' });
  expect(headers['content-type']).toBe('application/health+json');
  expect(json()).toEqual({
    status: 'fail',
    reason: 'required',
    failing: ['redis'],
    output: 'required: redis',
    version: '1.2.3',
    checks: {
      database: [
        {
          componentType: 'component',
          status: 'warn',
          observedValue: 1.23,
          observedUnit: 'ms',
          time: '1970-01-01T00:00:00.000Z',
          output: 'slow',
        },
      ],
      redis: [
        {
          componentType: 'component',
          status: 'fail',
          observedValue: 0.4,
          observedUnit: 'ms',
          time: '1970-01-01T00:00:00.000Z',
          output: 'refused at connect',
        },
      ],
      search: [{ componentType: 'component', status: 'warn', output: 'stale' }],
    },
  });
});

test('formats are kept apart, and warn is for what fails and is let be', async () => {
  const optional = serve([makeEntry('a', { required: false, says: unhealthy() })]);
  expect((await optional.ask('/health')).json().status).toBe('degraded');
  const { json, statusCode } = await optional.ask('/health', { accept: 'application/health+json' });
  expect([statusCode, json().status, json().checks.a[0].status]).toEqual([200, 'warn', 'warn']);
  expect((await optional.ask('/health', { accept: 'text/plain' })).body).toContain('[-]a failed');
});
