// What features can have generated of the configuration: rules now, dashboards and objects of Kubernetes later.
import type { Gate } from '../core/check.ts';
import type { StatisticsMode } from '../core/collecting.ts';
import type { Detail } from '../core/detail.ts';

/** `files`: as the program that reads them wants them; `kubernetes`: as objects of Kubernetes. */
export const formats = ['files', 'kubernetes'] as const;
export type Format = (typeof formats)[number];

/** What a part may know of the configuration: nothing in it depends on a secret, a variable or the machine. */
export type Facts = {
  readonly service: string;
  /** As it was written. */
  readonly namespace?: string;
  readonly detail: Detail;
  /** By name. */
  readonly checks: readonly {
    readonly name: string;
    readonly type: string;
    readonly required: boolean;
    readonly gates: readonly Gate[];
    /** It asks the service itself: a port of this pod by HTTP or TCP, or it has the gate `live`. */
    readonly own: boolean;
    /** Who reads its statistics; `off` where its type has none, or nobody can be elected. */
    readonly statistics: StatisticsMode;
  }[];
  /** What the configuration says below a feature's key; undefined: the feature is off. */
  settingsOf(key: string): unknown;
};

export type GeneratedFile = {
  /** Below the folder that is written to; `/` between folders. */
  readonly path: string;
  readonly text: string;
};

/** Pure: the same settings and facts give the same bytes. */
export type Generate<Settings = unknown> = (
  settings: Settings,
  facts: Facts,
  format: Format,
) => readonly GeneratedFile[];

/** Of the configuration, as it is told at its place. */
export type Mistake = { readonly path: string; readonly message: string; readonly fix: string };

/** What is behind a part. */
export type Generator<Settings = unknown> = {
  readonly generate: Generate<Settings>;
  /** Facts about right settings that their author should know: of what is configured, and has no effect. */
  notes?(settings: Settings, facts: Facts): readonly string[];
  /** What is right for the daemon, and cannot be generated of. */
  mistakes?(settings: Settings, facts: Facts, format: Format): readonly Mistake[];
};

/** Keeps the type of the settings. */
export const defineGenerator = <Settings>(generator: Generator<Settings>): Generator =>
  generator as unknown as Generator;

/** Parts of `sidewarden generate`, by name; the code of one is imported when it is asked for. */
export type Parts = Readonly<
  Record<string, { readonly summary: string; load(): Promise<{ readonly generator: Generator }> }>
>;
