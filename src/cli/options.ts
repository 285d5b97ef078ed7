// Options that several commands take. Little more than data: the lightest commands import it too.
import { parseDuration } from '../core/duration.ts';
import { logFormats, logLevels } from '../core/log.ts';
import { socketPathProblem } from '../core/socket-path.ts';
import { type Option, UsageError } from './command.ts';

const option = <const Declared extends Option>(declared: Declared) => declared;

export const config = option({
  type: 'string',
  value: 'FILE',
  summary:
    'configuration file, or - for standard input (SIDEWARDEN_CONFIG; ./sidewarden.yaml or ' +
    '/etc/sidewarden/sidewarden.yaml when it exists)',
});
export const listen = option({
  type: 'string',
  value: 'ADDRESS',
  summary: 'where to listen, such as :9090 (SIDEWARDEN_LISTEN; localhost:9090)',
});
const logLevel = option({
  type: 'string',
  value: 'LEVEL',
  choices: logLevels,
  summary: 'least severe log line: trace, debug, info, warn, error or silent (SIDEWARDEN_LOG_LEVEL, LOG_LEVEL; info)',
});
const logFormat = option({
  type: 'string',
  value: 'FORMAT',
  choices: logFormats,
  summary: 'log lines as json, or as text for people (SIDEWARDEN_LOG_FORMAT; text at a terminal)',
});
export const json = option({ type: 'boolean', summary: 'print JSON' });
export const socket = option({
  type: 'string',
  value: 'PATH',
  summary: 'control socket of the daemon (SIDEWARDEN_CONTROL; /run/sidewarden/control.sock)',
});
export const timeout = (usual: string) =>
  option({ type: 'string', value: 'DURATION', summary: `how long to wait for the answer (${usual})` });

/** @returns milliseconds. @throws UsageError when it is no duration. */
export function timeoutOf(given: string): number {
  const ms = parseDuration(given);
  if (!ms) throw new UsageError(`--timeout is a duration such as 900ms or 5s, not ${given}`);
  return ms;
}

/**
 * @param said the option or variable that gave it.
 * @throws UsageError for what can be the path of no socket.
 */
export function socketPathOf(path: string, said: string): string {
  const wrong = /^unix:/.test(path) ? 'is a path alone, without unix:' : socketPathProblem(path);
  if (wrong !== undefined) throw new UsageError(`${said} ${wrong}`);
  return path;
}

/** What decides which configuration is read. */
export const configuration = { config, listen, 'log-level': logLevel, 'log-format': logFormat } as const;
