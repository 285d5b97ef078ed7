// What the rest of the house gets: the checked configuration, every default filled in.

import type { Gate } from '../core/check.ts';
import type { LogLevel } from '../core/log.ts';
import type { Secret } from '../core/secret.ts';
import type { Definition } from '../dependencies/define.ts';
import type { Listen } from './listen.ts';

export type CheckConfiguration = {
  readonly name: string;
  readonly definition: Definition;
  /** As the definition's shape gives them. */
  readonly settings: Record<string, unknown>;
  readonly schedule: Schedule;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
  readonly slowAfterMs: number;
  readonly maxConnectionAgeMs: number;
  readonly required: boolean;
  readonly gates: readonly Gate[];
  /** Whether the gate `startup` waits for a healthy run instead of a finished one. */
  readonly waitForHealthy: boolean;
};
export type Schedule =
  | { readonly kind: 'interval'; readonly intervalMs: number }
  | { readonly kind: 'cron'; readonly expression: string };

export type Configuration = {
  readonly service: string;
  readonly listen: readonly Listen[];
  readonly token?: Secret;
  /** As it was written; absent, the usual one serves where its folder is writable. */
  readonly control?: string;
  readonly logLevel: LogLevel;
  readonly drainDelayMs: number;
  readonly checks: readonly CheckConfiguration[];
  /** The file, or `environment`. */
  readonly source: string;
  /** Every secret in it, for the redactor. */
  readonly secrets: readonly Secret[];
};

export const usualControl = '/run/sidewarden/control.sock';
