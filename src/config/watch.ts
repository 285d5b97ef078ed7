// Looks every few seconds whether the configuration's content is another. By content, since the kubelet swaps a link two
// folders above the file, and a network file system tells nobody: fs.watch would miss both.
import type { Source } from './source.ts';

/** How often it is looked at. */
const periodMs = 2000;
/** A change must still be there after this long: a file that is being written is not read half. */
const settledMs = 200;

export interface Watch {
  begin(): void;
  /** Now, whether anything changed or not. May be called before the begin, and while a reload is under way. */
  ask(): void;
  /** Resolves when a reload that is under way is through. */
  stop(): Promise<void>;
}

/**
 * @param digest of what is in force: taken before it was read, so that a change meanwhile is seen.
 * @param reload one at a time; `asked` is true when somebody wants to hear what came of it. Never rejects.
 */
export function createWatch(
  source: Pick<Source, 'digest'>,
  digest: string,
  reload: (asked: boolean) => Promise<void>,
): Watch {
  let timer: NodeJS.Timeout | undefined;
  let state: 'resting' | 'looking' | 'stopped' = 'stopped';
  let asked = false;
  /** What was last reloaded, and what was last seen. */
  let loaded = digest;
  let seen = digest;

  /** @returns how long to wait then. */
  const look = async (): Promise<number> => {
    const wanted = asked;
    asked = false;
    const before = seen;
    seen = await source.digest();
    if (!wanted && seen === loaded) return periodMs;
    if (!wanted && seen !== before) return settledMs;
    loaded = seen;
    await reload(wanted);
    return periodMs;
  };
  const rest = (waitMs: number): void => {
    state = 'resting';
    timer = setTimeout(wake, asked ? 0 : waitMs);
  };
  let looking: Promise<void> = Promise.resolve();
  const wake = (): void => {
    state = 'looking';
    looking = look().then((waitMs) => {
      if ((state as string) !== 'stopped') rest(waitMs);
    });
  };
  return {
    begin: () => rest(periodMs),
    ask() {
      asked = true;
      if (state !== 'resting') return;
      clearTimeout(timer);
      wake();
    },
    stop() {
      state = 'stopped';
      clearTimeout(timer);
      return looking;
    },
  };
}
