// Standard output as the log wants it: a reader that has stopped, or a full disk, costs lines and nothing else.
// pino's own destination keeps a libuv thread in the write, which holds up the exit, and retries for ever at the exit.
import { fstatSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';

export type LineStream = {
  write(line: string): void;
  /** Resolves when what was written is out, or when the signal aborts: what is left then is lost. */
  flush(signal: AbortSignal): Promise<void>;
};

/** Bytes that may wait for a slow reader. */
const mostWaiting = 4 * 1024 * 1024;
const standardOutput = 1;

export const isTerminal = (): boolean => isatty(standardOutput);

/** @param lost called for every line that could not be written. */
export function openStandardOutput(lost: () => void): LineStream {
  const kind = fstatSync(standardOutput);
  return kind.isFIFO() || kind.isSocket() ? toReader(lost) : toFile(lost);
}

/** A pipe, as in a container: written when the reader takes it. */
function toReader(lost: () => void): LineStream {
  const pipe = new Socket({ fd: standardOutput, readable: false, writable: true });
  pipe.unref();
  pipe.on('error', lost); // the reader is gone: the daemon goes on without a log
  return {
    write(line) {
      if (pipe.destroyed || pipe.writableLength > mostWaiting) lost();
      else pipe.write(line);
    },
    flush(signal) {
      if (pipe.destroyed || pipe.writableLength === 0) return Promise.resolve();
      return new Promise((resolve) => {
        pipe.write('', () => resolve());
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (signal.aborted) resolve();
      });
    },
  };
}

/** A file or a terminal: written at once. */
function toFile(lost: () => void): LineStream {
  return {
    write(line) {
      try {
        writeSync(standardOutput, line);
      } catch {
        lost(); // the disk is full, the terminal is gone: there is no place left to say it but the counter
      }
    },
    flush: () => Promise.resolve(),
  };
}
