// Reads HTTP/1 answers as curl does, which takes many that Node's parser refuses: lines that end in LF alone, heads of
// 300 KB, folded lines, names that are no tokens, a Content-Length beside chunks or given twice, bytes behind the body.
// What comes out is the same answer in the one strict form, with the headers alone that its readers ask for. Pure.
// https://www.rfc-editor.org/rfc/rfc9112 and, for what it takes beyond that, curl 7.88 beside it in the tests.

import { strangerSays } from '../stranger.ts';
import { endOfHead, type Kept, readHead, type State, UnreadableHttp } from './head.ts';

/** Of what was read: the bytes that stand for it in the strict form, and why no more can be read. */
export type Read = { readonly pieces: readonly Buffer[]; readonly error?: UnreadableHttp };

export interface ResponseReader {
  /** A request goes out: what comes next is its answer. */
  asked(method: string): void;
  /** Whether the last answer is complete, or none was asked for yet. */
  readonly idle: boolean;
  /** Whether something came that belongs to no answer: then nobody can tell what the next bytes belong to. */
  readonly surplus: boolean;
  read(chunk: Buffer): Read;
}

/** Of all heads and trailers of one answer, as curl's. */
const longestHead = 300 * 1024;
const mostInterim = 20;
/** A chunk's size and extensions. */
const longestLine = 16 * 1024;

const empty: Buffer = Buffer.alloc(0);

/** A piece of the strict form; what is the inside of a chunk is made one again. */
type Step = { readonly bytes: Buffer; readonly is?: 'head' | 'chunk' } | undefined;

/** @param told hears of each head that is no interim one. */
export function createResponseReader(told: (kept: Kept) => void = () => {}): ResponseReader {
  let state: State = { in: 'nothing' };
  let method = 'GET';
  let held = empty;
  let surplus = false;
  /** Bytes of heads and trailers, and interim heads, of this answer. */
  let spent = 0;
  let interim = 0;

  const spend = (bytes: number): void => {
    spent += bytes;
    if (spent > longestHead) throw new UnreadableHttp(`the head of the answer has over ${longestHead} bytes`);
  };
  /** The next line without its end; undefined while it is not complete. */
  const nextLine = (): string | undefined => {
    const end = held.indexOf(10);
    if (end > longestLine || (end < 0 && held.length > longestLine)) {
      throw new UnreadableHttp('a line between the chunks of the body is too long', 'body');
    }
    if (end < 0) return undefined;
    const line = held.subarray(0, end).toString('latin1').replace(/\r+$/, '');
    held = held.subarray(end + 1);
    return line;
  };
  const take = (most: number): Buffer => {
    const taken = held.subarray(0, most);
    held = held.subarray(taken.length);
    return taken;
  };

  function head(): Step {
    while (held[0] === 10 || held[0] === 13) held = held.subarray(1); // of an answer before it
    if (held.length === 0) return undefined;
    if (!/^(H(T(T(P(\/|$)|$)|$)|$)|$)/.test(held.subarray(0, 5).toString('latin1'))) {
      throw new UnreadableHttp(strangerSays(held, 'HTTP'));
    }
    const end = endOfHead(held);
    if (end === undefined) {
      if (spent + held.length > longestHead) spend(held.length);
      return undefined;
    }
    spend(end);
    const { line, status, framing, headers, kept } = readHead(take(end).toString('latin1'), method);
    if (status >= 100 && status < 200 && status !== 101) {
      interim += 1;
      if (interim > mostInterim) throw new UnreadableHttp(`over ${mostInterim} interim answers come before the answer`);
      return { bytes: empty }; // nobody reads one
    }
    state = framing;
    told(kept);
    return { bytes: Buffer.from([line, ...headers, '', ''].join('\r\n'), 'latin1'), is: 'head' };
  }

  /** One step; undefined: more bytes are needed, or none are left. */
  function step(): Step {
    if (held.length === 0) return undefined;
    switch (state.in) {
      case 'nothing':
        surplus = true;
        held = empty;
        return undefined;
      case 'head':
        return head();
      case 'rest':
        return { bytes: take(held.length) };
      case 'body': {
        const bytes = take(state.left);
        state.left -= bytes.length;
        if (state.left === 0) state = { in: 'nothing' };
        return { bytes };
      }
      case 'chunk': {
        const bytes = take(state.left);
        state.left -= bytes.length;
        if (state.left === 0) state = { in: 'chunkEnd' };
        return { bytes, is: 'chunk' };
      }
      default:
        return betweenChunks(state.in);
    }
  }

  function betweenChunks(where: 'chunkEnd' | 'chunkSize' | 'trailers'): Step {
    const line = nextLine();
    if (line === undefined) return undefined;
    if (where === 'chunkEnd') {
      if (line !== '') throw new UnreadableHttp('a chunk of the body is longer than it says', 'body');
      state = { in: 'chunkSize' };
      return { bytes: empty };
    }
    if (where === 'trailers') {
      spend(line.length);
      if (line !== '') return { bytes: empty };
      state = { in: 'nothing' };
      return { bytes: Buffer.from('0\r\n\r\n') };
    }
    const digits = /^0*([0-9a-f]{1,12})(?=\s*(?:;|$))/i.exec(line)?.[1];
    if (digits === undefined) throw new UnreadableHttp('a chunk of the body has no size', 'body');
    const left = Number.parseInt(digits, 16);
    state = left === 0 ? { in: 'trailers' } : { in: 'chunk', left };
    return { bytes: empty };
  }

  return {
    get idle() {
      return state.in === 'nothing';
    },
    get surplus() {
      return surplus;
    },
    asked(by) {
      method = by;
      state = { in: 'head' };
      spent = 0;
      interim = 0;
    },
    read(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const pieces: Buffer[] = [];
      let chunked: Buffer[] = [];
      let headAt: number | undefined;
      const endChunk = (): void => {
        const size = chunked.reduce((sum, bytes) => sum + bytes.length, 0);
        if (size > 0) pieces.push(Buffer.from(`${size.toString(16)}\r\n`), ...chunked, Buffer.from('\r\n'));
        chunked = [];
      };
      try {
        for (let next = step(); next !== undefined; next = step()) {
          if (next.bytes.length === 0) continue;
          if (next.is === 'head') headAt = pieces.length;
          if (next.is === 'chunk') chunked.push(next.bytes);
          else {
            endChunk();
            pieces.push(next.bytes);
          }
        }
      } catch (error) {
        if (!(error instanceof UnreadableHttp)) throw error;
        endChunk();
        held = empty;
        return { pieces, error };
      }
      endChunk();
      // In time for the head: then the client does not use the connection again.
      if (surplus && headAt !== undefined) pieces[headAt] = closing(pieces[headAt] as Buffer);
      return { pieces };
    },
  };
}

/** The head, such that its answer is the connection's last. */
const closing = (head: Buffer): Buffer =>
  Buffer.from(
    `${head
      .toString('latin1')
      .replace(/\r\nconnection:.*/, '')
      .slice(0, -2)}connection: close\r\n\r\n`,
    'latin1',
  );
