// Which configuration is in force: each good one is kept, and while an old one stands in, log and answers say so.
import type { Taken } from './config/load.ts';
import type { Kept, Source } from './config/source.ts';
import { errorFields, type Log } from './core/log.ts';
import type { ConfigurationOrigin } from './core/names.ts';

/** How often it is said again. */
const againMs = 3_600_000;

export type InForceOptions = {
  readonly log: Log;
  readonly keep: Source['keep'];
  /** Told where the one in force came from. */
  told(origin: ConfigurationOrigin): void;
  /** What a start goes on with whose file is broken. */
  readonly lastGood?: Pick<Kept, 'file' | 'time'> | undefined;
};

export interface InForce {
  /** From the start on, with what was taken over then. */
  begin(taken: Taken): Promise<void>;
  /** A reload took this over. Never rejects. */
  accepted(taken: Taken): Promise<void>;
  /** For the bodies of health. */
  readonly notes: readonly string[];
  stop(): void;
}

export function createInForce({ log, keep, told, lastGood }: InForceOptions): InForce {
  let notes: readonly string[] = [];
  let again: NodeJS.Timeout | undefined;
  /** Why it was not kept, said once. */
  let failed: string | undefined;

  const accepted = async (taken: Taken): Promise<void> => {
    notes = [];
    clearInterval(again);
    told(taken.written === undefined ? 'environment' : 'file');
    try {
      const folder = await keep(taken);
      if (folder !== undefined && failed !== undefined) log.info({}, `the configuration is kept in ${folder} again`);
      failed = undefined;
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      const asked = taken.configuration.stateDir !== undefined;
      if (failed !== code && (asked || code !== 'ENOENT'))
        log.warn(
          errorFields(error),
          'this configuration cannot be kept, so a restart with a broken file ends: see state_dir',
        );
      else log.debug(errorFields(error), 'no folder to keep this configuration in');
      failed = code;
    }
  };
  return {
    async begin(taken) {
      if (lastGood === undefined) return accepted(taken);
      const of = lastGood.time.toISOString();
      notes = [
        `the configuration file is broken, and the last good one, of ${of}, is in force: the log has the mistakes`,
      ];
      told('last_good');
      const say = (): void =>
        log.error(
          { 'event.action': 'reload', 'event.outcome': 'failure', 'labels.source': lastGood.file },
          `${lastGood.file} is broken: the last good configuration, of ${of}, is in force until it is right again`,
        );
      say();
      again = setInterval(say, againMs);
    },
    accepted,
    get notes() {
      return notes;
    },
    stop: () => clearInterval(again),
  };
}
