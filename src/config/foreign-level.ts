// LOG_LEVEL belongs to the app beside us: what other loggers call their levels becomes one of ours, and never a mistake.
import { type LogLevel, logLevels } from '../core/log.ts';

const words: Readonly<Record<LogLevel, readonly string[]>> = {
  trace: ['all', 'finest', 'finer', 'silly'],
  debug: ['fine', 'verbose'],
  info: ['information', 'informational', 'notice', 'log', 'http', 'success', 'default'],
  warn: ['warning'],
  error: ['err', 'severe', 'critical', 'crit', 'alert', 'emerg', 'emergency', 'fatal', 'panic', 'dpanic'],
  silent: ['off', 'none', 'quiet', 'disabled'],
};
const levelOf = new Map<string, LogLevel>(
  logLevels.flatMap((level) => [level, ...words[level]].map((word) => [word, level] as const)),
);

/**
 * Of pino and bunyan, 10 to 60. Python counts 20 for info and so on: of the two the one that hides less.
 * https://getpino.io/#/docs/api?id=loggerlevels-object https://docs.python.org/3/library/logging.html#logging-levels
 */
const ofPino: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'error'];

/**
 * A single digit says nothing: 0 is the most severe for syslog, and the least for .NET, Python and zerolog.
 * @param text that is not empty; `info,sqlx=warn` speaks of one module after the comma, and of all before it.
 * @returns our level, undefined where it is not known, and what to say where the text does not tell it for sure.
 */
export function readForeignLevel(text: string): { readonly level?: LogLevel; readonly warning?: string } {
  const parts = text.toLowerCase().split(/[,;\s]+/);
  const word = parts.map((part) => part.replace(/^["']|["']$/g, '')).find((part) => part !== '' && !/[=:]/.test(part));
  const known = word === undefined ? undefined : (levelOf.get(word) ?? numbered(word));
  if (known === undefined) {
    return { warning: `LOG_LEVEL is no level that is known here${shown(text)}, so info counts. ${wayOut}` };
  }
  if (!/^[1-5]0$/.test(word ?? '')) return { level: known };
  return { level: known, warning: `LOG_LEVEL is the number ${word}: read as pino's ${known}. ${wayOut}` };
}

const numbered = (word: string): LogLevel | undefined =>
  /^[1-6]0$/.test(word) ? ofPino[Number(word) / 10 - 1] : undefined;

/** It may hold anything, a token too: what is no short word is not repeated. */
const shown = (text: string): string => (/^[\w.,=:*-]{1,12}$/.test(text) ? ` (${text})` : '');

const wayOut = `SIDEWARDEN_LOG_LEVEL sets the level of Sidewarden alone: ${logLevels.join(', ')}.`;
