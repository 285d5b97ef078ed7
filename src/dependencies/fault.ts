// An error becomes a class and a message of bounded length here, whoever ran into it: a check or a collector.
import { classifyTransport, type DependencyClass } from '../core/failure.ts';
import type { Redact } from '../core/redact.ts';
import type { Classified, Definition } from './define.ts';
import { plainly } from './tls-words.ts';

/** The deadline passed, or the daemon stops, before the step ended. */
export const overdue = Symbol('the deadline passed');

/** Who knows what an error of a type means. */
export type Knowing = {
  readonly definition: Pick<Definition, 'classes'>;
  readonly driver: { classify(error: unknown): Classified | undefined };
};

/** The type's own word first, then what any system error means; always a class that the type declares. */
export function classify({ driver, definition }: Knowing, error: unknown): Classified {
  const { errorClass, phase } = error === overdue ? { errorClass: 'timeout' as const } : known(driver, error);
  const declared = declare(definition.classes, errorClass);
  return phase === undefined ? { errorClass: declared } : { errorClass: declared, phase };
}

function known(driver: Knowing['driver'], error: unknown): { errorClass?: DependencyClass; phase?: string } {
  try {
    const found = driver.classify(error);
    if (found !== undefined) return found;
  } catch {
    // A driver that fails over an error must not end the daemon; what the error itself says is still good.
  }
  const errorClass = classifyTransport(error);
  return errorClass === undefined ? {} : { errorClass };
}

/** The class, or the nearest that the type can have: labels are a closed set. */
function declare(classes: readonly DependencyClass[], errorClass: DependencyClass | undefined): DependencyClass {
  const wanted: readonly (DependencyClass | undefined)[] = [errorClass, 'server', 'refused', classes[0]];
  return wanted.find((one) => one !== undefined && classes.includes(one)) ?? 'server';
}

/** Characters of a string, which a server can make as long as it likes. */
const longestMessage = 400;
const longestRead = 16 * 1024;

/** What a server may have written. Cut only after it was redacted: half a secret would not be known as one. */
export function brief(message: string, redact: Redact): string {
  const redacted = redact(message.slice(0, longestRead));
  if (redacted.length > longestMessage) return `${redacted.slice(0, longestMessage)}…`;
  return message.length > longestRead ? 'a message that is too long' : redacted;
}

/** What an error says, not redacted yet. */
export function messageOf(error: unknown, timeoutMs: number): string {
  if (error === overdue) return `no answer within ${timeoutMs} ms`;
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map((part) => messageOf(part, timeoutMs)).join('; ');
  }
  return plainly(error);
}
