// The body of an answer as text: unpacked as its Content-Encoding says, decoded as its mark or its Content-Type says.
import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { Failure } from '../../core/failure.ts';

/** Of what is judged, unpacked. */
export const mostBytes = 64 * 1024;

export type Body = { readonly text: string; readonly complete: boolean };

/** Reads to the end, as it came. @throws what cut the body short */
export async function readAll(response: IncomingMessage): Promise<void> {
  if (response.statusCode === 101) return;
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) return;
  }
}

/**
 * Reads to the end, or as far as anything is judged.
 * @throws Failure `server` for a coding that is not known, or that the bytes are not in; else what cut the body short.
 */
export async function readBody(response: IncomingMessage): Promise<Body> {
  if (response.statusCode === 101) return { text: '', complete: true };
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of unpacked(response)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostBytes) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, mostBytes);
  return { text: decode(bytes, response.headers['content-type']), complete: size <= mostBytes };
}

/** In the order in which they were applied. */
const codingsOf = (response: IncomingMessage): readonly string[] =>
  (response.headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => !['', 'identity', 'none', 'utf-8'].includes(coding));

async function* unpacked(response: IncomingMessage): AsyncIterable<Buffer> {
  let source: Readable = response;
  for (const coding of codingsOf(response).toReversed()) {
    const unpack = await unpackerOf(coding, source);
    if (unpack === undefined)
      throw new Failure('server', `the body is coded as ${brief(coding)}, which is not known here`);
    source = pipeline(source, unpack, () => {}); // what went wrong is told to whoever reads
  }
  try {
    yield* source as AsyncIterable<Buffer>;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!/^(Z_|ERR_.*BROTLI|ERR__)/.test(code)) throw error;
    const coding = brief(response.headers['content-encoding'] ?? '');
    throw new Failure('server', `the body is not ${coding}, as its Content-Encoding says`, { cause: error });
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-content-codings */
async function unpackerOf(coding: string, source: Readable) {
  if (coding === 'gzip' || coding === 'x-gzip') return createGunzip();
  if (coding === 'br') return createBrotliDecompress();
  if (coding !== 'deflate') return undefined;
  // Some servers leave out zlib's head, which the low four bits of the first byte tell: 8 is its one method.
  const first = await firstByte(source);
  return first === undefined || (first & 0x0f) === 8 ? createInflate() : createInflateRaw();
}

async function firstByte(source: Readable): Promise<number | undefined> {
  for (;;) {
    const chunk: Buffer | null = source.read();
    if (chunk !== null) {
      source.unshift(chunk);
      return chunk[0];
    }
    if (source.readableEnded || source.destroyed) return undefined;
    const over = await new Promise<boolean>((resolve, reject) => {
      source.once('readable', () => resolve(false));
      source.once('end', () => resolve(true));
      source.once('error', reject);
      source.once('close', () => resolve(true));
    });
    if (over) return undefined;
  }
}

/** By the byte-order mark, else the charset, else as JSON without a mark is told from UTF-16, else UTF-8. */
function decode(bytes: Buffer, contentType: string | undefined): string {
  const label = markOf(bytes) ?? charsetOf(contentType) ?? unmarkedOf(bytes);
  try {
    return new TextDecoder(label).decode(bytes); // drops the mark
  } catch {
    throw new Failure('server', `the body is in the charset ${brief(label)}, which is not known here`);
  }
}

function markOf([first, second, third]: Buffer): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

const charsetOf = (contentType = ''): string | undefined =>
  /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase();

/** https://www.rfc-editor.org/rfc/rfc4627#section-3 */
function unmarkedOf([first, second]: Buffer): string {
  if (first === 0 && second !== 0) return 'utf-16be';
  return first !== 0 && second === 0 ? 'utf-16le' : 'utf-8';
}

/** A word of the server's. */
const brief = (word: string): string => (/^[\w.,: -]{1,40}$/.test(word) ? word : 'something else');
