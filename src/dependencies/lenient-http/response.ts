// Reads HTTP/1 answers as curl does, which takes many that Node's parser refuses: lines that end in LF alone, heads of
// 100 KB, folded lines, names that are no tokens, a Content-Length beside chunks or given twice, bytes behind the body.
// What comes out is the same answer in the one strict form, with the headers alone that its readers ask for. Pure.
// https://www.rfc-editor.org/rfc/rfc9112 and, for what it takes beyond that, curl 7.88 beside it in the tests.

import { strangerSays } from '../stranger.ts';

/** What curl does not take either. */
export class UnreadableHttp extends Error {
  override readonly name = 'UnreadableHttp';
}

export interface ResponseReader {
  /** A request goes out: what comes next is its answer. */
  asked(method: string): void;
  /** Whether the last answer is complete, or none was asked for yet. */
  readonly idle: boolean;
  /** @returns the bytes that stand for these in the strict form. @throws UnreadableHttp */
  read(chunk: Buffer): Buffer[];
}

/** As curl's, of one head. */
const longestHead = 300 * 1024;
/** A chunk's size and extensions, or the trailers. */
const longestLine = 16 * 1024;

/** Headers that say how the answer is framed and coded; nobody here reads another. */
const read = ['content-type', 'content-encoding', 'connection', 'keep-alive', 'upgrade', 'location'];
const longestValue = 1024;

const empty: Buffer = Buffer.alloc(0);

type State =
  /** Nothing is expected: what comes is dropped. */
  | { readonly in: 'nothing' }
  | { readonly in: 'head' }
  | { readonly in: 'body'; left: number }
  | { readonly in: 'chunkSize' | 'chunkEnd' | 'trailers' }
  | { readonly in: 'chunk'; left: number }
  /** Until the connection closes, or for ever: after 101 it is another protocol. */
  | { readonly in: 'rest' };

export function createResponseReader(): ResponseReader {
  let state: State = { in: 'nothing' };
  let method = 'GET';
  let held: Buffer = empty;

  /** The next line without its end; undefined while it is not complete. */
  const nextLine = (): string | undefined => {
    const end = held.indexOf(10);
    if (end < 0) {
      if (held.length > longestLine) throw new UnreadableHttp('a line of the chunked body is too long');
      return undefined;
    }
    const line = held.subarray(0, held[end - 1] === 13 ? end - 1 : end).toString('latin1');
    held = held.subarray(end + 1);
    return line;
  };
  const take = (most: number): Buffer => {
    const taken = held.subarray(0, most);
    held = held.subarray(taken.length);
    return taken;
  };

  function head(): Buffer | undefined {
    const end = endOfHead(held);
    if (!/^(H(T(T(P(\/|$)|$)|$)|$)|$)/.test(held.subarray(0, 5).toString('latin1'))) {
      throw new UnreadableHttp(strangerSays(held, 'HTTP'));
    }
    if (end === undefined) {
      if (held.length > longestHead) throw new UnreadableHttp(`the head of the answer has over ${longestHead} bytes`);
      return undefined;
    }
    const { line, status, framing, headers } = readHead(take(end).toString('latin1'), method);
    if (status >= 100 && status < 200 && status !== 101) return Buffer.from(`${line}\r\n\r\n`, 'latin1');
    state = framing;
    return Buffer.from([line, ...headers, '', ''].join('\r\n'), 'latin1');
  }

  /** One step; undefined: more bytes are needed, or none are left. */
  function step(): Buffer | undefined {
    if (held.length === 0) return undefined;
    switch (state.in) {
      case 'nothing':
        held = empty;
        return undefined;
      case 'head':
        return head();
      case 'rest':
        return take(held.length);
      case 'body': {
        const taken = take(state.left);
        state.left -= taken.length;
        if (state.left === 0) state = { in: 'nothing' };
        return taken;
      }
      case 'chunk': {
        const taken = take(state.left);
        state.left -= taken.length;
        if (state.left === 0) state = { in: 'chunkEnd' };
        return Buffer.concat([Buffer.from(`${taken.length.toString(16)}\r\n`), taken, Buffer.from('\r\n')]);
      }
      case 'chunkEnd': {
        const line = nextLine();
        if (line === undefined) return undefined;
        if (line !== '') throw new UnreadableHttp('a chunk of the body is longer than it says');
        state = { in: 'chunkSize' };
        return empty;
      }
      case 'chunkSize': {
        const line = nextLine();
        if (line === undefined) return undefined;
        const size = Number.parseInt(/^[0-9a-f]{1,12}(?=\s*(?:;|$))/i.exec(line)?.[0] ?? '', 16);
        if (Number.isNaN(size)) throw new UnreadableHttp('a chunk of the body has no size');
        state = size === 0 ? { in: 'trailers' } : { in: 'chunk', left: size };
        return empty;
      }
      case 'trailers': {
        const line = nextLine();
        if (line === undefined) return undefined;
        if (line !== '') return empty;
        state = { in: 'nothing' };
        return Buffer.from('0\r\n\r\n');
      }
    }
  }

  return {
    get idle() {
      return state.in === 'nothing';
    },
    asked(by) {
      method = by;
      state = { in: 'head' };
    },
    read(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const out: Buffer[] = [];
      for (let piece = step(); piece !== undefined; piece = step()) if (piece.length > 0) out.push(piece);
      return out;
    },
  };
}

/** Where what follows the empty line begins; undefined while there is none. */
function endOfHead(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
    const next = bytes[at + 1] === 13 ? at + 2 : at + 1;
    if (bytes[next] === 10) return next + 1;
  }
  return undefined;
}

type Head = {
  readonly line: string;
  readonly status: number;
  readonly framing: State;
  readonly headers: readonly string[];
};

function readHead(text: string, method: string): Head {
  if (text.includes('\0')) throw new UnreadableHttp('the head of the answer holds a zero byte');
  const [first = '', ...lines] = text.split(/\r?\n/);
  const [, major, minor = '1', digits] = /^HTTP\/([123])(?:\.(\d))?[ \t]+(\d{3})(?:[ \t]|$)/.exec(first) ?? [];
  if (digits === undefined || (major === '1' && minor > '1')) throw new UnreadableHttp('the answer is no HTTP/1');
  const status = Number(digits);
  const fields = fieldsOf(lines);
  const framing = framingOf(status, method, fields);
  const kept = read.flatMap((name) => {
    const value = fields.findLast((field) => field.name === name)?.value;
    return value === undefined || value.length > longestValue ? [] : [`${name}: ${value}`];
  });
  const frame =
    framing.in === 'body'
      ? [`content-length: ${framing.left}`]
      : framing.in === 'chunkSize'
        ? ['transfer-encoding: chunked']
        : framing.in === 'nothing' && method !== 'HEAD' && status !== 204 && status !== 304
          ? ['content-length: 0']
          : [];
  const version = major === '1' && minor === '0' ? '1.0' : '1.1';
  return { line: `HTTP/${version} ${digits} -`, status, framing, headers: [...kept, ...frame] };
}

type Field = { readonly name: string; readonly value: string };

/** Names in lower case; a line that begins with a blank goes on with the one before. */
function fieldsOf(lines: readonly string[]): readonly Field[] {
  const whole: string[] = [];
  for (const line of lines.filter((one) => one !== '')) {
    const folded = /^[ \t]/.test(line);
    if (folded && whole.length === 0) throw new UnreadableHttp('the answer has a blank before its first header');
    if (folded) whole.push(`${whole.pop()} ${line.trim()}`);
    else whole.push(line);
  }
  return whole.map((line) => {
    const colon = line.indexOf(':');
    if (colon < 0) throw new UnreadableHttp('the answer has a header without a colon');
    const value = line.slice(colon + 1).replace(/[\p{Cc}]+/gu, ' ');
    return { name: line.slice(0, colon).trim().toLowerCase(), value: value.trim() };
  });
}

/** Of several lengths the last counts, as in curl; chunks win over any. */
function framingOf(status: number, method: string, fields: readonly Field[]): State {
  if (status === 101) return { in: 'rest' };
  const lengths = fields.filter(({ name }) => name === 'content-length').map(({ value }) => lengthOf(value));
  const coded = fields.some(
    ({ name, value }) => name === 'transfer-encoding' && /(^|,)\s*chunked\s*(,|$)/i.test(value),
  );
  if (method === 'HEAD' || status === 204 || status === 304) return { in: 'nothing' };
  if (coded) return { in: 'chunkSize' };
  const length = lengths.at(-1);
  if (length === undefined) return { in: 'rest' };
  return length === 0 ? { in: 'nothing' } : { in: 'body', left: length };
}

function lengthOf(value: string): number {
  const digits = /^\+?(\d+)(?=\s*(?:,|$))/.exec(value)?.[1];
  if (digits === undefined) throw new UnreadableHttp('the answer has a Content-Length that is no number');
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}
