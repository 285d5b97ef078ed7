// Everything that happens here and that somebody else may want to know: one closed union, told alike to all consumers.
import type { Observation } from './check.ts';
import type { Standing } from './lease.ts';
import type { Request } from './request.ts';

/** How fast an error budget is spent: `none` where it lasts; `fast` and `steady` want somebody now, `slow` within days. */
export const burnLevels = ['none', 'slow', 'steady', 'fast'] as const;
export type BurnLevel = (typeof burnLevels)[number];

export type Event =
  /** A run ended, or belief did by itself. */
  | Observation
  /** A request to a dependency was made, of a type whose requests are counted. */
  | { readonly kind: 'request'; readonly check: string; readonly type: string; readonly request: Request }
  /** The configuration was read again, and was good or not. */
  | { readonly kind: 'configuration'; readonly good: boolean }
  /** The files of `tls` were read again, and were good or not. */
  | { readonly kind: 'certificate'; readonly good: boolean }
  /** A reload changed which checks there are. */
  | {
      readonly kind: 'checks';
      readonly added: readonly string[];
      readonly changed: readonly string[];
      readonly removed: readonly string[];
    }
  /**
   * This replica has come to lead at a place, or to follow there, or lost its connection to it. Where a reload removes a place
   * at which it led, it follows there. A stop of the daemon tells nothing of it.
   */
  | { readonly kind: 'leadership'; readonly place: string; readonly standing: Standing }
  /** An objective burns its error budget faster or slower than before, or the budget is spent, or is not any more. */
  | { readonly kind: 'objective'; readonly slo: string; readonly burn: BurnLevel; readonly exhausted: boolean }
  /** Somebody asked for draining, or undid it, or the daemon begins to stop. */
  | { readonly kind: 'draining'; readonly draining: boolean };

export type Emit = (event: Event) => void;

/** What consumes events: the metrics, the log, and features. */
export interface Consumer {
  readonly name: string;
  /** Synchronous and quick: it runs between a result and the next answer. It queues what takes time. */
  accept(event: Event): void;
  /** Writes what it still holds; gives up when the signal aborts. */
  close?(signal: AbortSignal): Promise<void>;
}
