// sidewarden print-config: the configuration in force as JSON, every secret masked.
import { createRedactor, redactTexts } from '../core/redact.ts';
import { loadFrom } from './options.ts';

export async function execute(args: readonly string[]): Promise<number> {
  const loading = loadFrom(args);
  if (loading.kind === 'end') return loading.code;
  const { secrets, checks, ...rest } = loading.configuration;
  const redact = createRedactor(() => secrets);
  const readable = { ...rest, checks: checks.map(({ definition, ...check }) => ({ ...check, type: definition.type })) };
  const plain: unknown = JSON.parse(JSON.stringify(readable));
  process.stdout.write(`${JSON.stringify(redactTexts(plain, redact), null, 2)}\n`);
  return 0;
}
