// What the rest of the house gets: the checked configuration, every default filled in.

import type { ConfiguredCheck } from '../checks/plan-of.ts';
import type { Scope } from '../core/access.ts';
import type { StatisticsMode } from '../core/collecting.ts';
import type { Detail } from '../core/detail.ts';
import type { LogFormat, LogLevel } from '../core/log.ts';
import type { Secret } from '../core/secret.ts';
import type { ConfiguredFeature } from '../features/define.ts';
import type { Listen } from './listen.ts';

export type Configuration = {
  readonly service: string;
  readonly listen: readonly Listen[];
  readonly token?: Secret;
  /** Beside it, each with what it may do. */
  readonly tokens: readonly { readonly name: string; readonly secret: Secret; readonly scopes: readonly Scope[] }[];
  /** As it was written; absent, the usual one serves where its folder is writable. */
  readonly control?: string;
  /** For what outlives a restart of the process; absent, the folder of the control socket. */
  readonly stateDir?: string;
  readonly logLevel: LogLevel;
  /** As it was written; absent, a terminal gets text, all else JSON. */
  readonly logFormat?: LogFormat;
  readonly drainDelayMs: number;
  /** Open connections to this process at a time. */
  readonly maxConnections: number;
  /** Paths of PEM files; with them the TCP addresses speak TLS. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly clientCaFile?: string };
  /** As it was written; absent, that of the pod. */
  readonly namespace?: string;
  /** Who reads the statistics, how long one question may take, and how many series a collector may have. */
  readonly statistics: { readonly mode: StatisticsMode; readonly timeoutMs: number; readonly maxSeries: number };
  /** How much there is on the page of metrics. */
  readonly metrics: { readonly detail: Detail };
  readonly checks: readonly ConfiguredCheck[];
  /** Those that the configuration asks for. */
  readonly features: readonly ConfiguredFeature[];
  /** The file, or `environment`. */
  readonly source: string;
  /** Every secret in it, for the redactor. */
  readonly secrets: readonly Secret[];
};

export const usualService = 'sidewarden';
export const usualControl = '/run/sidewarden/control.sock';
