// What a dependency type is: data that any room may read, and a driver that is loaded when a check of the type exists.
import type { z } from 'zod';
import type { ExpiryKind, ProbeWarning } from '../core/check.ts';
import type { StatisticsMode } from '../core/collecting.ts';
import type { Cost } from '../core/cost.ts';
import type { DependencyClass } from '../core/failure.ts';
import type { LeaseTimes } from '../core/lease-times.ts';
import type { Request } from '../core/request.ts';
import type { Secret } from '../core/secret.ts';
import type { Session } from './session.ts';
import type { Limits, Reader, Source, Statistics } from './statistics.ts';

export type { Session } from './session.ts';

/** One run, as the probe sees it. */
export interface Attempt<Phase extends string = string> {
  /** Aborted at the deadline and when the daemon stops. */
  readonly signal: AbortSignal;
  /** Milliseconds until the deadline. */
  remainingMs(): number;
  /** Runs one phase: times it, and remembers that the run got there. Refuses after the deadline. */
  phase<T>(phase: Phase, step: () => Promise<T>): Promise<T>;
  /** Runs a costly phase, unless its last pass is younger than `restMs`. Once it failed it is run on every run. */
  rest(phase: Phase, restMs: number, step: () => Promise<void>): Promise<void>;
  /** The server does not offer, or the user may not make, the call of this phase: said so (warning `skipped`), no failure. */
  skip(phase: Phase, why: string): void;
  /** Of several servers: on which one the phase ran, and why not on one that comes before it. */
  tell(phase: Phase, of: { readonly at?: string; readonly why?: string }): void;
  warn(warning: ProbeWarning): void;
  /** What this run relies on ends then; undefined: there is no such thing. To be told in every run, on a kept connection too. */
  expires(kind: ExpiryKind, when: Date | undefined): void;
  /** Where replicas elect who reads the statistics: a probe of such a place says whether the key is held by anyone. */
  readonly election?: Election;
  /** Takes a request that was made; of a type whose requests are counted. */
  readonly count?: ((request: Request) => void) | undefined;
}

export type Election = {
  /** 64 bits, signed. */
  readonly key: bigint;
  tell(held: boolean): void;
};

/** What a driver says of an error it knows. `phase` corrects where it belongs, when one call covers two phases. */
export type Classified = { readonly errorClass: DependencyClass; readonly phase?: string };

/** How many connections a server takes, as it says itself. */
export type ConnectionLimit = {
  /** Whose connections count together: `db:5432`, `the user shop at db:5432`. */
  readonly of: string;
  readonly most: number;
  /** The setting that says so, in words. */
  readonly says: string;
  /** Whether others than Sidewarden share it. */
  readonly shared: boolean;
};

/** The part that imports the client library; reached through `load` only. */
export interface Driver<Settings, Phase extends string, S extends Session, From extends Source = Source> {
  /** Synchronous, without I/O. */
  session(settings: Settings): S;
  /** Runs the phases in their order; throws naturally, or a Failure for an answer that is not the one wanted. */
  probe(session: S, settings: Settings, attempt: Attempt<Phase>): Promise<void>;
  /** undefined: not an error of this type's own; core/failure.ts is asked next. */
  classify(error: unknown): Classified | undefined;
  /**
   * A connection for the statistics; synchronous, without I/O.
   * @param lead given when it is to hold a lead: the server ends it after so much silence.
   */
  reader?(settings: Settings, lead?: Pick<LeaseTimes, 'silenceMs'>): Reader<From>;
  /** Asks the server that the probe asks, on a connection of its own, which is closed then. @throws whatever the client throws. */
  connectionLimits?(settings: Settings, limits: Limits): Promise<readonly ConnectionLimit[]>;
}

/** How a type can be switched on without a file: a variable, the check's name, and the settings made of its value. */
export type EnvironmentShorthand = {
  readonly variable: string;
  readonly check: string;
  settings(value: string | Secret): Record<string, unknown>;
};

export type SettingsProblem = {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly fix?: string;
};

export interface Definition<
  Type extends string = string,
  Shape extends z.ZodRawShape = z.ZodRawShape,
  Phase extends string = string,
  S extends Session = Session,
  From extends Source = Source,
> {
  readonly type: Type;
  /** One sentence: what it proves. */
  readonly summary: string;
  readonly settings: Shape;
  /** In the order in which they are run. */
  readonly phases: readonly Phase[];
  readonly classes: readonly DependencyClass[];
  /** Whether a session lives longer than a run. */
  readonly keeps: 'connection' | 'nothing';
  /** Interval and timeout where the general ones (5 s, 2 s) do not fit, as durations. */
  readonly defaults?: { readonly interval: string; readonly timeout: string };
  /** Milliseconds between confirming runs, at most the interval; 1000 unless a call costs money. */
  readonly confirmMs?: number;
  readonly environment?: EnvironmentShorthand;
  /** Variables that its client reads by itself and that hold secrets. */
  readonly secretVariables?: readonly string[];
  /** `host:port` or the like, without any secret: for people, and for the label `instance`. */
  target(settings: z.output<z.ZodObject<Shape>>): string;
  /** Whether it asks only this pod (loopback, a Unix socket): what the `live` gate needs. Absent: never. */
  local?(settings: z.output<z.ZodObject<Shape>>): boolean;
  /** What fields alone cannot see, such as two settings that exclude each other. */
  problems?(settings: z.output<z.ZodObject<Shape>>): readonly SettingsProblem[];
  /**
   * Plain facts about right settings that their author should know, such as what is not proven.
   * @param mode how its statistics are read.
   * @param written the keys that its author wrote: what is said on purpose needs no note.
   */
  notes?(settings: z.output<z.ZodObject<Shape>>, mode: StatisticsMode, written: ReadonlySet<string>): readonly string[];
  /** The longest that a costly phase rests under these settings, in milliseconds. */
  restMs?(settings: z.output<z.ZodObject<Shape>>): number;
  /** What its probe itself can warn of. */
  readonly warnings?: readonly ProbeWarning[];
  /** The operations of its requests, where these are counted each: those of its runs, and of its statistics. */
  requests?(settings: z.output<z.ZodObject<Shape>>): {
    readonly runs: readonly string[];
    readonly statistics: readonly string[];
    /** Those asked on a connection that has just answered: without a series of what ends a connection, until it does. */
    readonly follows?: readonly string[];
  };
  /** What runs, new sessions and readers of statistics ask of the dependency, as it counts them itself. */
  cost(settings: z.output<z.ZodObject<Shape>>): Cost;
  /**
   * That replicas can elect at its server who reads statistics, and the role that the server has by these settings:
   * checks that cannot follow a primary. Absent: never.
   */
  elects?(settings: z.output<z.ZodObject<Shape>>): 'primary' | 'replica' | 'any';
  load(): Promise<Driver<z.output<z.ZodObject<Shape>>, Phase, S, From>>;
  /** Its families and collectors, without any client library; for a type that has statistics. */
  readonly statistics?: () => Promise<Statistics<z.output<z.ZodObject<Shape>>, From>>;
}

/** Keeps the literal types of a definition. */
export function defineDependency<
  const Type extends string,
  Shape extends z.ZodRawShape,
  const Phase extends string,
  S extends Session,
  From extends Source = Source,
>(definition: Definition<Type, Shape, Phase, S, From>): Definition<Type, Shape, Phase, S, From> {
  return definition;
}
