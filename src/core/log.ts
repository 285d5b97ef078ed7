// What rooms may log, whoever writes it. Field names are ECS: https://www.elastic.co/docs/reference/ecs
import type { Status } from './check.ts';

/** What a line is about, for those who filter lines. */
type Action =
  | 'start'
  | 'reload'
  | 'stop'
  | 'crash'
  | 'certificate'
  | 'connections-full'
  | `check-${Status | 'run'}`
  | 'objective'
  | 'statistics'
  | `statistics-${'leads' | 'follows' | 'lost' | 'cannot' | 'privilege'}`;

/** Every field that a line can have beside those of every line. */
export type LogFields = {
  readonly 'event.kind'?: 'state' | 'event';
  readonly 'event.action'?: Action;
  readonly 'event.outcome'?: 'success' | 'failure' | 'unknown';
  /** ISO 8601 in UTC. */
  readonly 'event.start'?: string;
  /** Nanoseconds. */
  readonly 'event.duration'?: number;
  /** An error class, or the name of an error of our own doing. */
  readonly 'error.type'?: string;
  readonly 'error.message'?: string;
  readonly 'error.stack_trace'?: string | undefined;
  readonly 'labels.check'?: string;
  readonly 'labels.type'?: string;
  readonly 'labels.phase'?: string;
  readonly 'labels.state'?: Status;
  readonly 'labels.from'?: Status;
  readonly 'labels.to'?: Status;
  readonly 'labels.privilege'?: string;
  readonly 'labels.sink'?: string;
  readonly 'labels.feature'?: string;
  readonly 'labels.slo'?: string;
  /** The name of a token, never the token. */
  readonly 'labels.token'?: string;
  /** The file of the configuration, or `environment`. */
  readonly 'labels.source'?: string;
  readonly 'http.request.id'?: string;
  readonly 'http.request.method'?: string;
  readonly 'http.response.status_code'?: number;
  readonly 'url.path'?: string;
  readonly 'client.address'?: string;
};

/** The least severe line that is written; `silent` writes nothing. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A record as JSON, or short lines for people. */
export const logFormats = ['json', 'text'] as const;
export type LogFormat = (typeof logFormats)[number];

export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** An error of our own doing, as ECS fields. What a dependency did has its class instead. */
export function errorFields(error: unknown) {
  if (!(error instanceof Error))
    return { 'error.type': typeof error, 'error.message': String(error) } satisfies LogFields;
  return {
    'error.type': error.name,
    'error.message': error.message,
    'error.stack_trace': error.stack,
  } satisfies LogFields;
}
