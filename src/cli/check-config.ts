// sidewarden check-config: what the configuration means, or everything that is wrong with it.
import { planOf } from '../checks/plan-of.ts';
import { detectionBoundMs, expiryMs } from '../core/bounds.ts';
import { formatDuration } from '../core/duration.ts';
import { loadFrom } from './options.ts';

export async function execute(args: readonly string[]): Promise<number> {
  const loading = loadFrom(args);
  if (loading.kind === 'end') return loading.code;
  const { configuration, notes } = loading;
  const rows = configuration.checks.map((check) => {
    const { name, policy, definition, gates } = planOf(check);
    return [
      name,
      definition.type,
      check.schedule.kind === 'cron' ? check.schedule.expression : formatDuration(policy.intervalMs),
      formatDuration(policy.timeoutMs),
      formatDuration(detectionBoundMs(policy)),
      formatDuration(expiryMs(policy)),
      gates.join(' ') || '-',
    ];
  });
  const header = ['check', 'type', 'schedule', 'timeout', 'bound', 'expiry', 'gates'];
  process.stdout.write(`${configuration.source}: good, ${rows.length} checks\n${table([header, ...rows])}`);
  for (const note of notes) process.stdout.write(`note: ${note}\n`);
  return 0;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}
