// Nearly everything, of one INFO.
import { type Sample, samples } from '../../../core/family.ts';
import { type Collector, UnreadableAnswer } from '../../statistics.ts';
import { isReadOnly } from '../role.ts';
import type { RedisSettings } from '../settings.ts';
import { type Fields, fieldsOf, notNegative, numberOf } from './answer.ts';
import { commandFamilies, commandSamples } from './commands.ts';
import { counter } from './family.ts';
import { askGranted } from './grants.ts';
import { infoFields } from './info-fields.ts';
import { roleFamilies, roleSamples } from './roles.ts';
import type { RedisSource } from './source.ts';

const ioThread = counter('active_time_io_thread_seconds_total', 'Time that an I/O thread was busy.', {
  labels: ['thread'],
  unit: 'seconds',
  when: 'Valkey 8.1',
});
const ioThreadField = /^used_active_time_io_thread_(\d+)$/;

export const info: Collector<RedisSettings, RedisSource> = {
  name: 'info',
  intervalMs: 15_000,
  asks: 'INFO all',
  families: [...infoFields.map(({ family }) => family), ioThread, ...roleFamilies, ...commandFamilies],
  privilege: 'info',
  async collect(source, settings, { cut }) {
    const answer = await askGranted(source, settings, 'info', 'INFO', 'all');
    if (answer === undefined) throw new UnreadableAnswer('this server does not offer INFO');
    const fields = fieldsOf(answer, 'INFO');
    // After a failover by hand the old primary may keep our connection.
    if (settings.sentinel !== undefined && isReadOnly(fields.get('role'))) source.leave();
    return [...plainSamples(fields), ...roleSamples(fields, cut), ...commandSamples(fields, cut)];
  },
};

function plainSamples(fields: Fields): Sample[] {
  const found: Sample[] = [];
  for (const { field, family, divisor = 1 } of infoFields) {
    const value = (family.type === 'counter' ? notNegative : numberOf)(fields.get(field));
    if (value !== undefined) found.push({ family, labels: [], value: value / divisor });
  }
  for (const [field, value] of fields) {
    const thread = ioThreadField.exec(field)?.[1];
    if (thread !== undefined) found.push(...samples(ioThread, notNegative(value), thread));
  }
  return found;
}
