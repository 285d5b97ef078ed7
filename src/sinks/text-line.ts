// A line of the log for people: time, level and words of a record, without its other fields.
import { type Paint, plainLine } from '../core/terminal.ts';

type Record = {
  readonly '@timestamp': string;
  readonly 'log.level': string;
  readonly message: string;
  readonly 'error.message'?: string;
  readonly 'error.stack_trace'?: string;
};

/** @param line a record as JSON, without any secret. */
export function textLine(line: string, paint: Paint): string {
  const record = JSON.parse(line) as Record;
  const { '@timestamp': at, 'log.level': level, message, 'error.message': error, 'error.stack_trace': stack } = record;
  const words = error === undefined || message.includes(error) ? message : `${message}: ${error}`;
  const frames = stack?.split('\n').filter((frame) => /^\s+at /.test(frame)) ?? [];
  const time = new Date(at).toTimeString().slice(0, 8);
  const first = `${paint.faint(time)} ${painted(level, paint)} ${plainLine(words)}`;
  return `${[first, ...frames.map((frame) => paint.faint(`  ${plainLine(frame).trim()}`))].join('\n')}\n`;
}

function painted(level: string, paint: Paint): string {
  const word = level.padEnd('error'.length);
  if (level === 'error' || level === 'fatal') return paint.bad(word);
  if (level === 'warn') return paint.doubtful(word);
  return level === 'info' ? paint.good(word) : paint.faint(word);
}
