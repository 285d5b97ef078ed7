// A line of the log for people: time, level and words of a record, without its other fields.
import { type Paint, plainLine } from '../core/terminal.ts';

type Line = {
  readonly '@timestamp': string;
  readonly 'log.level': string;
  readonly message: string;
  readonly 'error.message'?: string;
  readonly 'error.stack_trace'?: string;
  readonly 'url.path'?: string;
  readonly 'http.response.status_code'?: number;
  readonly 'client.address'?: string;
  readonly 'http.request.id'?: string;
};

export type TextStyle = {
  readonly paint: Paint;
  /** The date and UTC, for a line that is read on another day or machine; else the time of day here. */
  readonly dated: boolean;
};

/** @param line a record as JSON, without any secret. */
export function textLine(line: string, { paint, dated }: TextStyle): string {
  const record = JSON.parse(line) as Line;
  const { '@timestamp': at, 'log.level': level, message, 'error.message': error, 'error.stack_trace': stack } = record;
  const words = error === undefined || message.includes(error) ? message : `${message}: ${error}`;
  const frames = stack?.split('\n').filter((frame) => /^\s+at /.test(frame)) ?? [];
  const time = dated ? at : new Date(at).toTimeString().slice(0, 8);
  const first = `${paint.faint(time)} ${painted(level, paint)} ${plainLine(words + ofRequest(record))}`;
  return `${[first, ...frames.map((frame) => paint.faint(`  ${plainLine(frame).trim()}`))].join('\n')}\n`;
}

/** Who asked for what, and the id that the asker was given. */
function ofRequest(record: Line): string {
  const {
    'url.path': path,
    'http.response.status_code': code,
    'client.address': client,
    'http.request.id': id,
  } = record;
  const parts = [path, code, client && `from ${client}`, id && `request ${id}`].filter((part) => part !== undefined);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function painted(level: string, paint: Paint): string {
  const word = level.padEnd('error'.length);
  if (level === 'error' || level === 'fatal') return paint.bad(word);
  if (level === 'warn') return paint.doubtful(word);
  return level === 'info' ? paint.good(word) : paint.faint(word);
}
