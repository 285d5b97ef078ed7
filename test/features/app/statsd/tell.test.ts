// What the log says of lines that do not count: each reason once, and nothing of a line but a name.
import { expect, test } from 'vitest';
import { statsdReasons } from '../../../../src/features/app/settings.ts';
import { createTeller } from '../../../../src/features/app/statsd/tell.ts';
import { makeLog } from '../../../http/serve.ts';
import { make } from './make.ts';

test('each reason is said once, with the first name', () => {
  const log = makeLog();
  const tell = createTeller(log);
  for (const reason of statsdReasons) for (const name of ['first', 'second']) tell(reason, `${name}.x:1|c`);
  expect(log.lines).toHaveLength(statsdReasons.length);
  for (const line of log.lines) expect(line.message).toMatch(/; the first is first\.x$/);
  expect(log.lines.filter(({ level }) => level === 'info')).toHaveLength(3);
});

test('too many: it says which cap', () => {
  const log = makeLog();
  createTeller(log)('too_many', 'tenant7.requests:1|c');
  expect(log.lines[0]?.message).toMatch(/app\.statsd\.max_series.*; the first is tenant7\.requests$/);
});

test.each(['password=hunter2', 'hunter2', '', `${'x'.repeat(200)}:1|c`, 'a b:1|c'])(
  'of %j nothing is repeated',
  (line) => {
    const log = makeLog();
    createTeller(log)('bad_line', line);
    expect(log.lines[0]?.message).not.toMatch(/hunter2|first is/);
  },
);

test('what the page of the service has is the page’s: its lines are refused, and it is shown once', () => {
  const made = make();
  made.send('a:1|c\nb:1|c');
  made.has('a');
  made.send('a:1|c\nb:1|c\na.other:1|c');
  expect(made.samples()).toEqual(['b 2', 'a_other 1']);
  expect(made.rejected()).toEqual({ reserved: 1 });
  made.has();
  made.send('a:1|c');
  expect(made.samples()).toEqual(['a 2', 'b 2', 'a_other 1']);
});
