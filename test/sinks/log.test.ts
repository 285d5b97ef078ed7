// The log's lines: ECS names, levels, and no secret in any form, whatever the secret looks like.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/core/check.ts';
import { errorFields, type LogFields, type LogLevel } from '../../src/core/log.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { Secret } from '../../src/core/secret.ts';
import { paintFor } from '../../src/core/terminal.ts';
import { createLog, createLogSink } from '../../src/sinks/log.ts';
import { textLine } from '../../src/sinks/text-line.ts';
import { healthy, unhealthy, unknown } from '../core/entries.ts';
import { makeResult } from '../core/make.ts';

function make(level: LogLevel = 'debug', secrets: string[] = [], shown?: (line: string) => string) {
  const texts: string[] = [];
  const known = secrets.map((secret) => Secret.of(secret));
  const output = { write: (text: string) => void texts.push(text), flush: async () => undefined };
  const log = createLog({
    level,
    service: 'shop-api',
    version: '1.2.3',
    redact: createRedactor(() => known),
    output,
    ...(shown && { shown }),
  });
  return { log, output, texts, lines: () => texts.map((text) => JSON.parse(text)) };
}

const observe = (
  before: Observation['before'],
  after: Observation['after'],
  result?: Observation['result'],
): Observation => ({
  kind: 'observation',
  check: 'sessions',
  type: 'redis',
  before,
  after,
  time: new Date(0),
  ...(result === undefined ? {} : { result }),
});
const failed = {
  ...makeResult('refused', 0, 1.5),
  phases: [{ name: 'connect', ms: 1.5 }],
  message: 'connect ECONNREFUSED',
};

test('a line is one JSON object with ECS names', () => {
  const { log, texts, lines } = make();
  log.info({ 'labels.check': 'sessions' }, 'hello');
  expect(texts[0]).toMatch(/^\{.*\}\n$/);
  expect(lines()[0]).toEqual({
    '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    'log.level': 'info',
    message: 'hello',
    'ecs.version': '8.17.0',
    'service.name': 'shop-api',
    'service.version': '1.2.3',
    'process.pid': process.pid,
    'labels.check': 'sessions',
  });
});

test.each([
  ['silent', 0],
  ['error', 1],
  ['warn', 2],
  ['info', 3],
  ['debug', 4],
] as const)('level %s writes %d of four', (level, count) => {
  const { log, texts } = make(level);
  for (const one of ['error', 'warn', 'info', 'debug'] as const) log[one]({}, one);
  expect(texts).toHaveLength(count);
});

describe('observations', () => {
  const linesOf = (level: LogLevel, ...observations: Observation[]) => {
    const { log, output, lines } = make(level);
    const sink = createLogSink(log, output);
    for (const observation of observations) sink.accept(observation);
    return lines();
  };
  test('to healthy is info, to unhealthy and unknown warn', () => {
    const lines = linesOf(
      'info',
      observe(unknown, healthy, makeResult('passed', 0)),
      observe(healthy, unhealthy('refused'), failed as Observation['result']),
      observe(healthy, unknown),
    );
    expect(lines.map((line) => [line['log.level'], line['event.action'], line.message])).toEqual([
      ['info', 'check-healthy', 'sessions is healthy, was unknown'],
      ['warn', 'check-unhealthy', 'sessions is unhealthy (refused), was healthy'],
      ['warn', 'check-unknown', 'sessions is unknown (stale), was healthy'],
    ]);
    expect(lines[1]).toMatchObject({
      'event.outcome': 'failure',
      'error.type': 'refused',
      'error.message': 'connect ECONNREFUSED',
      'labels.check': 'sessions',
      'labels.type': 'redis',
      'labels.phase': 'connect',
      'labels.from': 'healthy',
    });
    expect(lines[2]).toMatchObject({ 'event.outcome': 'unknown', 'error.type': 'stale' });
  });
  test('a single run is debug', () => {
    const run = observe(healthy, healthy, failed as Observation['result']);
    expect(linesOf('info', run)).toEqual([]);
    expect(linesOf('debug', run)[0]).toMatchObject({
      'log.level': 'debug',
      'event.action': 'check-run',
      'event.outcome': 'failure',
      'event.duration': 1_500_000,
      'error.type': 'refused',
    });
  });
});

describe('secrets', () => {
  /** Of other names than ours. */
  const other = (fields: object): LogFields => fields;
  test('are nowhere in a line: message, fields, nested, errors, addresses with passwords', () => {
    const { log, texts, lines } = make('debug', ['hunter2!', 'postgres://app:p%40ss"word@db/shop']);
    log.info(other({ a: 'x hunter2! y', deep: { list: ['hunter2!'] } }), 'hunter2! said');
    log.error(errorFields(new Error('cannot log in with hunter2!')), 'failed');
    log.warn(other({ url: 'postgres://app:p%40ss"word@db/shop', plain: 'p@ss"word' }), 'p@ss"word');
    for (const text of texts) expect(text).not.toMatch(/hunter2|p@ss|p%40ss/);
    expect(lines()[0]).toMatchObject({ a: 'x *** y', deep: { list: ['***'] }, message: '*** said' });
    expect(lines()[2]).toMatchObject({ url: '***', plain: '***', message: '***' });
  });
  test('that look like a line’s own parts leave it valid, with its names', () => {
    for (const secret of ['message', '1', ':', '"', '\\', 'n', String(process.pid)]) {
      const { log, lines } = make('debug', [secret]);
      log.info(other({ count: 1, text: `a ${secret} b` }), 'done');
      const [line] = lines();
      expect([line.count, line.text.includes('***'), Object.hasOwn(line, 'message')], secret).toEqual([1, true, true]);
    }
  });
  test.each(['postgres', 'warn', 'state', 'database', 'dns', 'connect', 'shop'])(
    'of the word %s hide nothing of what is said in words of ours',
    (secret) => {
      const { log, lines } = make('debug', [secret]);
      const fields = {
        'event.kind': 'state',
        'labels.type': 'postgres',
        'labels.check': 'database',
        'labels.phase': 'connect',
        'error.type': 'dns',
        'error.message': `the server said ${secret}`,
      } as const;
      log.warn(fields, 'done');
      expect(lines()[0]).toMatchObject({ ...fields, 'log.level': 'warn', 'error.message': 'the server said ***' });
    },
  );
  test('any secret, in any text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, unit: 'binary' }), fc.string(), (secret, around) => {
        const { log, lines } = make('debug', [secret]);
        log.info(other({ text: `${around}${secret}${around}` }), 'done');
        expect(lines()[0].text.includes(secret)).toBe('***'.includes(secret));
      }),
    );
  });
});

describe('text', () => {
  const plain = paintFor({});
  const text = (line: string): string => textLine(line, { paint: plain, dated: false });

  test('a line has the time of day, the level and the words, and obeys nobody', () => {
    const { log, texts } = make('debug', [], text);
    createLogSink(log, { flush: async () => undefined }).accept(observe(healthy, unhealthy('refused'), failed));
    log.debug({}, 'in short');
    log.error({ 'error.message': 'no\u001b[2J\nline' }, 'it failed');
    expect(texts.map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''))).toEqual([
      'warn  sessions is unhealthy (refused), was healthy: connect ECONNREFUSED\n',
      'debug sessions: run failed: connect ECONNREFUSED\n',
      'debug in short\n',
      'error it failed: no\ufffd[2J line\n',
    ]);
  });

  test('an error of our own has its stack below it, and colours are those of a terminal', () => {
    const { log, texts } = make('debug', [], (line) =>
      textLine(line, { paint: paintFor({ isTTY: true }, {}), dated: false }),
    );
    log.error(errorFields(new TypeError('not so')), 'it failed');
    const [first, second] = texts.join().split('\n');
    const coloured = ['\u001b[2m', '\u001b[22m \u001b[31merror\u001b[39m it failed: not so'];
    expect(first?.replace(/\d\d:\d\d:\d\d/, '')).toBe(coloured.join(''));
    expect(second?.startsWith('\u001b[2m  at ')).toBe(true);
  });

  test('a request is told with its path, code, client and id; in a file the line has its date', () => {
    const { log, texts } = make('info', [], (line) => textLine(line, { paint: plain, dated: true }));
    const request = { 'http.request.id': 'id-7', 'url.path': '/drain', 'client.address': '::1' };
    log.info({ ...request, 'http.response.status_code': 401 }, 'POST of a guarded route');
    log.error({ ...request, 'error.message': 'odd' }, 'a request failed');
    expect(texts.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, ''))).toEqual([
      'info  POST of a guarded route (/drain, 401, from ::1, request id-7)\n',
      'error a request failed: odd (/drain, from ::1, request id-7)\n',
    ]);
  });

  test('no secret in it, whatever it looks like', () => {
    for (const secret of ['hunter2', 'a"b\\c', 'two\nlines', 'message', 'é\u0000x']) {
      const { log, texts } = make('debug', [secret], text);
      log.error({ 'error.message': `the server said: ${secret}.` }, `refused by ${secret}!`);
      expect(texts.join(), JSON.stringify(secret)).toMatch(/refused by \*\*\*!: the server said: \*\*\*\.\n$/);
    }
  });
});
