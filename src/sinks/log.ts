// The log: pino JSON lines with ECS field names, or text, every line through the redactor; and the sink of transitions.
import { pino } from 'pino';
import type { Observation } from '../core/check.ts';
import type { Consumer, Event } from '../core/event.ts';
import type { Log, LogFields, LogLevel } from '../core/log.ts';
import { type Redact, redactTexts } from '../core/redact.ts';
import type { LineStream } from './standard-output.ts';

export type LogOptions = {
  readonly level: LogLevel;
  /** `service.name`; the version is Sidewarden's own. */
  readonly service: string;
  readonly version: string;
  readonly redact: Redact;
  readonly output: LineStream;
  /** What becomes of a line in JSON, once there is no secret in it; it stays as it is unless given. */
  readonly shown?: (line: string) => string;
};

/** The ECS version that the fields follow. */
const ecsVersion = '8.17.0';

export interface AdjustableLog extends Log {
  setLevel(level: LogLevel): void;
}

export function createLog({ level, service, version, redact, output, shown = asItIs }: LogOptions): AdjustableLog {
  const logger = pino(
    {
      level,
      messageKey: 'message',
      base: {
        'ecs.version': ecsVersion,
        'service.name': service,
        'service.version': version,
        'process.pid': process.pid,
      },
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ 'log.level': label }) },
      hooks: { streamWrite: (line) => shown(redactLine(line, redact)) },
    },
    output,
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    setLevel(next) {
      logger.level = next;
    },
  };
}

const asItIs = (line: string): string => line;

/** Fields whose strings are words of ours, names of the configuration or times: one that equals a password is none. */
const ownWords =
  /^(@timestamp|ecs\.version|log\.level|service\.(name|version)|event\..*|labels\..*|http\.request\.method|error\.type)$/;

/**
 * The line without any secret. Every record ends here, so none can forget it. A line that holds one is taken apart
 * and only its strings are changed, so that a password such as `1` or `message` leaves it valid JSON with its keys.
 */
function redactLine(line: string, redact: Redact): string {
  if (redact(line) === line) return line;
  const record = Object.entries(JSON.parse(line) as Record<string, unknown>);
  const redacted = record.map(([name, value]) => [name, ownWords.test(name) ? value : redactTexts(value, redact)]);
  return `${JSON.stringify(Object.fromEntries(redacted))}\n`;
}

/** Transitions at info and warn, single runs at debug. */
export function createLogSink(log: Log, output: Pick<LineStream, 'flush'>): Consumer {
  return {
    name: 'log',
    accept(event) {
      if (event.kind === 'objective') logObjective(log, event);
      if (event.kind !== 'observation') return;
      if (event.before.status !== event.after.status) logTransition(log, event);
      if (event.result !== undefined) logRun(log, event);
    },
    close: (signal) => output.flush(signal),
  };
}

function logTransition(log: Log, { check, type, before, after, result }: Observation): void {
  const failure = result !== undefined && result.kind !== 'passed' ? result : undefined;
  const fields = {
    'event.kind': 'state',
    'event.action': `check-${after.status}`,
    'event.outcome': after.status === 'healthy' ? 'success' : after.status === 'unhealthy' ? 'failure' : 'unknown',
    ...labels(check, type),
    'labels.from': before.status,
    'labels.to': after.status,
    ...(after.status === 'healthy' || after.errorClass === undefined ? {} : { 'error.type': after.errorClass }),
    ...(failure === undefined ? {} : { 'error.message': failure.message }),
    ...phase(result),
  } satisfies LogFields;
  if (after.status === 'healthy') log.info(fields, `${check} is healthy, was ${before.status}`);
  else log.warn(fields, `${check} is ${after.status} (${after.errorClass ?? 'stale'}), was ${before.status}`);
}

function logObjective(log: Log, { slo, burn, exhausted }: Extract<Event, { kind: 'objective' }>): void {
  const fields = { 'event.kind': 'state', 'event.action': 'objective', 'labels.slo': slo } as const;
  const budget = `the error budget of ${slo}`;
  if (burn === 'none' && !exhausted) log.info(fields, `${budget} lasts again`);
  else if (burn === 'none') log.warn(fields, `${budget} is spent; nothing burns it now`);
  else if (exhausted) log.warn(fields, `${budget} is spent, and burns ${paces[burn]}`);
  else log.warn(fields, `${budget} burns ${paces[burn]}`);
}

const paces = { slow: 'slowly', steady: 'steadily', fast: 'fast' } as const;

function logRun(log: Log, { check, type, after, result }: Observation): void {
  if (result === undefined) return;
  const fields = {
    'event.kind': 'event',
    'event.action': 'check-run',
    'event.outcome': outcomes[result.kind],
    'event.start': result.time.toISOString(),
    'event.duration': Math.round(result.durationMs * 1e6), // ECS: nanoseconds
    ...labels(check, type),
    'labels.state': after.status,
    ...(result.kind === 'passed' ? {} : { 'error.type': result.errorClass, 'error.message': result.message }),
    ...phase(result),
  } satisfies LogFields;
  log.debug(fields, `${check}: run ${result.kind}`);
}

const outcomes = { passed: 'success', failed: 'failure', inconclusive: 'unknown' } as const;

const labels = (check: string, type: string) => ({ 'labels.check': check, 'labels.type': type }) satisfies LogFields;

const phase = (result: Observation['result']) => {
  const last = result?.phases.at(-1)?.name;
  return last === undefined ? {} : ({ 'labels.phase': last } satisfies LogFields);
};
