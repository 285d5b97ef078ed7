// What a feature is: data that any room may read, and a part that is loaded when the configuration asks for it.
import type { z } from 'zod';
import type { FeatureCommands } from '../cli/command.ts';
import type { Gate } from '../core/check.ts';
import type { Clock, Instant } from '../core/clock.ts';
import type { Consumer, Emit } from '../core/event.ts';
import type { FamilyText } from '../core/exposition.ts';
import type { KnownCheck } from '../core/known-check.ts';
import type { Lease } from '../core/lease.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from '../core/meter.ts';
import type { OwnFamily } from '../core/own-family.ts';
import type { Redact } from '../core/redact.ts';
import type { Secret } from '../core/secret.ts';
import type { Routes } from '../http/mount.ts';
import type { Job } from '../schedule/job.ts';
import type { Parts } from './generate.ts';

/**
 * A job of a feature. It says nothing of whether this process is alive. Two of a feature's jobs run at a time. When the
 * feature changes, its new jobs begin once the old ones have ended, or `endMs` has passed: 5 s unless it says more.
 */
export type FeatureJob = Pick<Job, 'name' | 'next' | 'run' | 'endMs'>;

/** What a feature may use of the house. */
export interface House {
  readonly service: string;
  readonly version: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly redact: Redact;
  /** The value of a secret now: a file is read again. @throws when it cannot be read, naming the file. */
  readonly reveal: (secret: Secret) => string;
  /** The checks as they are now. */
  readonly board: { readonly version: number; entries(): readonly KnownCheck[] };
  readonly draining: () => boolean;
  /** What one replica of the service does and no other. */
  readonly lease: Lease;
  readonly emit: Emit;
  /** A job of its own is asked again when it is to run: its `next` now says an earlier instant. */
  nudge(job: FeatureJob): void;
  /** Whether a family of this name is on our pages, or can come to be: one of ours, or of the statistics that are read. */
  readonly taken: (family: string) => boolean;
  /** @param family one of those that the feature names */
  meter(family: OwnFamily): Meter;
  /** Families on the page beside ours, in place of those under this name, until then. */
  show(name: string, texts: readonly FamilyText[], until: Instant): void;
  /** The metrics of the service itself, as /metrics/app shows them now, by whichever feature. */
  appPage(): readonly Uint8Array[];
  /** As it was written: with `service`, which replicas belong together. */
  readonly namespace: string | undefined;
  /** The folder for what outlives a restart, where the configuration names one. It may not be there, nor be writable. */
  readonly stateDir: string | undefined;
  /**
   * What the feature at work keeps for its successor, which begins in its place. Undefined where there is none, and once the
   * successor is made.
   */
  readonly inherited: unknown;
}

/** Metrics of the service itself, in Prometheus' text format 0.0.4. */
export interface AppPage {
  /**
   * Asked at each scrape, and waits for nothing.
   * @returns parts of whole lines, which stay the same objects as long as they say the same: each is compressed once.
   */
  parts(now: Instant): readonly Uint8Array[];
}

/** A feature at work. The house begins and ends its jobs, mounts its routes, and lets it hear events. */
export interface Live {
  /** Its `close` sends what it still holds. */
  readonly consumer?: Consumer;
  readonly jobs?: readonly FeatureJob[];
  readonly routes?: Routes;
  /** What it has for /metrics/app, which is also the end of /metrics. */
  readonly page?: AppPage;
  /** What its successor goes on with when its settings change. The two can live side by side for a moment. */
  readonly heritage?: unknown;
  /** Lets go of everything: open streams, timers, connections. Its jobs have ended then. */
  close?(): void | Promise<void>;
}

/** The module behind `load`. `begin` makes it, and neither waits nor does anything yet: what acts are jobs, routes, events. */
export type Working<Settings> = { begin(settings: Settings, house: House, others: Others): Live };

/** What the configuration says below the keys of other features; undefined: such a feature is off. */
export type Others = Readonly<Record<string, unknown>>;

/** A check that settings can name; without a type where what is written of it is wrong. */
export type KnownName = { readonly name: string; readonly type?: string };

/** What the notes of a feature go by, beside its settings. */
export type Surroundings = {
  readonly stateDir: string | undefined;
  readonly checks: readonly {
    readonly name: string;
    readonly gates: readonly Gate[];
    readonly failureThreshold: number;
    readonly successThreshold: number;
    /** Between two runs; undefined where a cron expression says it. */
    readonly intervalMs: number | undefined;
  }[];
};

/** What `check-config --online` gives a feature to ask with. */
export type Asking = {
  readonly clock: Clock;
  readonly redact: Redact;
  readonly service: string;
  /** As it was written. */
  readonly namespace: string | undefined;
  /** What the configuration says below the keys that the feature reads. */
  readonly others: Others;
};

/** What asking once found. */
export type Asked = {
  /** What of the configuration it is about, from its top. */
  readonly path: readonly (string | number)[];
  /** `unknown`: it could not be asked, or what it says proves nothing. */
  readonly result: 'good' | 'bad' | 'unknown';
  readonly message: string;
  readonly fix?: string;
};

/** The module behind `online`. Nothing is left open when it has answered. */
export type Online<Settings> = { ask(settings: Settings, asking: Asking): Promise<readonly Asked[]> };

/** A mistake that a single field cannot show. */
export type SettingsProblem = {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly fix: string;
};

export interface Feature<Key extends string = string, Settings extends z.ZodType = z.ZodType> {
  /** Of the configuration, and the name of its folder. */
  readonly key: Key;
  /** What stands below the key, with a description. Where nothing does, the feature is off and nothing of it is loaded. */
  readonly settings: Settings;
  /** Keys of other features whose settings it depends on: when these change, it begins anew as if its own had. */
  readonly reads?: readonly string[];
  /**
   * Where settings are a map of names, it is asked when some are wrong too: it gets what is right of each, and what it says
   * of a place that is wrong already is not told.
   * @param checks all that are written
   * @param others without those of which something written is wrong
   */
  problems?(settings: z.output<Settings>, checks: readonly KnownName[], others: Others): readonly SettingsProblem[];
  /** Facts about right settings that their author should know. */
  notes?(settings: z.output<Settings>, others: Others, surroundings: Surroundings): readonly string[];
  /** What `check-config --online` asks of the world; loaded when it is asked for. */
  online?(): Promise<Online<z.output<Settings>>>;
  /** It does what one replica does and no other: there is a place of election even when nobody reads statistics. */
  readonly elects?: true;
  /** Documentation, rules and boards read them without loading the feature. */
  readonly families?: readonly OwnFamily[];
  /** Whether the feature has the family with these settings; all of them unless it says. */
  has?(family: OwnFamily, settings: z.output<Settings>): boolean;
  /** How many series of these a pod has with these settings; one of each unless it says. */
  series?(settings: z.output<Settings>): number;
  /** Of the command line; loaded when asked for. */
  readonly commands?: FeatureCommands;
  /** What `sidewarden generate` makes of it; loaded when asked for. */
  readonly parts?: Parts;
  /** Imports what these settings need, and no more. A feature without it does nothing in the daemon. */
  load?(settings: z.output<Settings>): Promise<Working<z.output<Settings>>>;
}

/** Keeps the literal key and the type of the settings together, for the list. */
export function defineFeature<const Key extends string, Settings extends z.ZodType>(
  feature: Feature<Key, Settings>,
): Feature {
  return feature as unknown as Feature;
}

/** A feature that the configuration asks for. */
export type ConfiguredFeature = { readonly feature: Feature; readonly settings: unknown };

/** What a feature reads of the others that the configuration asks for. */
export const othersOf = ({ reads = [] }: Pick<Feature, 'reads'>, configured: readonly ConfiguredFeature[]): Others =>
  Object.fromEntries(reads.map((key) => [key, configured.find(({ feature }) => feature.key === key)?.settings]));
