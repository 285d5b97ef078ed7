// sidewarden print-config: the configuration in force as JSON, every secret masked.
import { createRedactor } from '../core/redact.ts';
import { loadFrom } from './options.ts';

export async function execute(args: readonly string[]): Promise<number> {
  const loading = loadFrom(args);
  if (loading.kind === 'end') return loading.code;
  const { secrets, checks, ...rest } = loading.configuration;
  const redact = createRedactor(() => secrets);
  const readable = { ...rest, checks: checks.map(({ definition, ...check }) => ({ ...check, type: definition.type })) };
  process.stdout.write(`${redact(JSON.stringify(readable, null, 2))}\n`);
  return 0;
}
