// What a type says of its dependency's statistics: which families, read by which collectors, over what connection.
import { z } from 'zod';
import { statisticsModes } from '../core/collecting.ts';
import type { Family, Sample } from '../core/family.ts';
import type { Request } from '../core/request.ts';
import type { Session } from './session.ts';

/** What `statistics` of a check can say whatever the type; a type adds its own keys. */
export const statisticsFields = {
  mode: z
    .enum(statisticsModes)
    .optional()
    .describe('who reads the statistics of this dependency; as `statistics.mode` says unless set'),
};

/** Of one step: it ends when the signal says so, and should ask for no more time than is left. */
export type Limits = {
  readonly signal: AbortSignal;
  remainingMs(): number;
  /** Takes a request that was made; of a type whose requests are counted. */
  readonly count?: ((request: Request) => void) | undefined;
};

/** Of one run of a collector. */
export type Collecting = Limits & {
  /** Counts what a cap left out: rows, series. */
  cut(count: number): void;
};

/** What the collectors of a type read by: an open, logged-in connection. Its type adds how it is asked. */
export interface Source {
  /** `host:port` of the server at hand: the label `instance`. */
  readonly instance: string;
}

/** What came of asking for the lead. `cannot`: here nobody can be sure to hold it, and why, with the way out. */
export type ElectionResult =
  | { readonly kind: 'leads' }
  | { readonly kind: 'follows' }
  | { readonly kind: 'cannot'; readonly why: string };

/** The connection of the statistics, apart from the probe's. Made without I/O. */
export interface Reader<From extends Source = Source> extends Session {
  /** Connects and logs in unless that is done; called at the begin of every round. */
  open(limits: Limits): Promise<From>;
  /**
   * Takes the lead if nobody has it, and says whether this very connection holds it now; called each round after `open`.
   * It ends with the connection. Absent: the type is no place for an election.
   * @param key 64 bits, signed.
   */
  elect?(key: bigint, limits: Limits): Promise<ElectionResult>;
  /** Has the listener called, once, when the connection ends without `destroy`: at once, for whoever leads by it. */
  onEnd?(listener: () => void): void;
}

/** What a collector gives that had nothing to ask here, or whose question the server does not know: no grant is proven. */
export const notAsked: readonly Sample[] = [];

/** Reads some families, with one or few questions. */
export interface Collector<Settings = unknown, From extends Source = Source> {
  /** A word or two with `_`: the label `collector`. */
  readonly name: string;
  readonly intervalMs: number;
  /** What it asks the server, for the documentation: views, commands, paths. */
  readonly asks: string;
  /** Every family that it can give. */
  readonly families: readonly Family[];
  /** The grant that all or some of it needs, by a short name: the label `privilege`. */
  readonly privilege?: string;
  /** Whether these settings ask for it; always unless said. */
  wanted?(settings: Settings): boolean;
  /** @throws MissingPrivilege, or whatever the client throws: the type's `classify` is asked. */
  collect(source: From, settings: Settings, limits: Collecting): Promise<readonly Sample[]>;
}

export interface Statistics<Settings = unknown, From extends Source = Source> {
  /** 1 while the server answers, else 0: always there in the replica that reads. */
  readonly up: Family;
  /**
   * 1 when the last round did not read all that it should, else 0: always there once a round has ended. A grant that is
   * missing is told by itself, and is not meant. Absent: the exporter of the type has no such family.
   */
  readonly lastError?: Family;
  /** The label `instance` as long as nothing was read; the target of the check unless said. */
  instance?(settings: Settings): string;
  /** In the order in which they are run when several are due. */
  readonly collectors: readonly Collector<Settings, From>[];
  /** The same, made anew for one check: present where one of them keeps something between its runs. */
  anew?(): readonly Collector<Settings, From>[];
  /** Those that the settings themselves define. */
  custom?(settings: Settings): readonly Collector<Settings, From>[];
}

/** Keeps the types of a room's statistics together. */
export function defineStatistics<Settings, From extends Source>(
  statistics: Statistics<Settings, From>,
): Statistics<Settings, From> {
  return statistics;
}

/** The type's own collectors of one check, as its settings want them. What they keep between runs ends with the check. */
export const collectorsFor = <Settings, From extends Source>(
  { collectors, anew = () => collectors }: Pick<Statistics<Settings, From>, 'collectors' | 'anew'>,
  settings: Settings,
): readonly Collector<Settings, From>[] => anew().filter(({ wanted }) => wanted?.(settings) ?? true);

/** Every family that the statistics of a type can have, but for those that the settings define. */
export const familiesOf = ({ up, lastError, collectors }: Statistics): readonly Family[] => [
  up,
  ...(lastError === undefined ? [] : [lastError]),
  ...collectors.flatMap(({ families }) => families),
];

/** A collector's families are absent since the user may not read them. */
export class MissingPrivilege extends Error {
  override readonly name = 'MissingPrivilege';
  /** As in the collector's `privilege`. */
  readonly privilege: string;
  /** What an administrator runs, word for word. */
  readonly statement: string;
  /** What could be read all the same. */
  readonly samples: readonly Sample[];
  constructor(
    privilege: string,
    statement: string,
    { samples = [], cause }: { samples?: readonly Sample[]; cause?: unknown } = {},
  ) {
    super(`${privilege} is not granted`, { cause });
    this.privilege = privilege;
    this.statement = statement;
    this.samples = samples;
  }
}

/** Thrown when an answer is larger than its cap, or is not what was asked for. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
  /** What could be read all the same. */
  readonly samples: readonly Sample[];
  constructor(message: string, { samples = [], cause }: { samples?: readonly Sample[]; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.samples = samples;
  }
}
