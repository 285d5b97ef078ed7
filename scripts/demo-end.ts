// What ends the demo: Ctrl-C, SIGTERM, a terminal that is closed. Whatever is waited for then, is waited for no more.

/** It was asked to end before everything ran. */
export class Ended extends Error {}

/**
 * Aborts at the first of the three signals. A second Ctrl-C ends this process at once, and what runs is killed on the way
 * out; another signal does not, since npm and we may both be sent one and pass it on.
 */
export function endAtSignals(say: (line: string) => void): AbortSignal {
  const ending = new AbortController();
  process.stdout.on('error', () => {}); // the terminal is gone
  process.stderr.on('error', () => {});
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (ending.signal.aborted && signal === 'SIGINT') process.exit(130);
      if (ending.signal.aborted) return;
      say('\nstopping ...');
      ending.abort();
    });
  }
  return ending.signal;
}

/** What the work gives. @throws Ended as soon as the signal aborts; the work itself goes on. */
export async function unlessEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const end = (): void => ended.reject(new Ended());
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    signal.removeEventListener('abort', end);
    work.catch(() => {}); // nobody waits for it any more
  }
}
