// What rooms may log, whoever writes it. Field names are ECS: https://www.elastic.co/docs/reference/ecs

export type LogFields = Readonly<Record<string, unknown>>;

/** The least severe line that is written; `silent` writes nothing. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** An error of our own doing, as ECS fields. What a dependency did has its class instead. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { 'error.type': typeof error, 'error.message': String(error) };
  return { 'error.type': error.name, 'error.message': error.message, 'error.stack_trace': error.stack };
}
