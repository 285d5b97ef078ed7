// The body of an answer as text: unpacked as its Content-Encoding says, decoded as its mark or its Content-Type says.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
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
  const complete = size <= mostBytes;
  return { text: decode(bytes, complete, response), complete };
}

/** In the order in which they were applied; without words that code nothing. */
const codingsOf = (headers: IncomingHttpHeaders): readonly string[] =>
  (headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => !['', 'identity', 'none', 'binary', 'aws-chunked'].includes(coding));

/** https://www.rfc-editor.org/rfc/rfc9110#name-content-codings and, for zstd, https://www.rfc-editor.org/rfc/rfc8878 */
const unpackers: Readonly<Record<string, (first: number) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
  // Some servers leave out zlib's head, which the low four bits of the first byte tell: 8 is its one method.
  deflate: (first) => ((first & 0x0f) === 8 ? createInflate() : createInflateRaw()),
};

/**
 * The body without its codings. A coding that nobody knows is passed over: whether it codes anything, the text shows.
 * @throws Failure `server` for bytes that are not in the coding; else what cut the body short.
 */
export async function* unpacked(response: IncomingMessage): AsyncGenerator<Buffer> {
  const codings = codingsOf(response.headers);
  const known = codings.every((coding) => Object.hasOwn(unpackers, coding)) ? codings : [];
  let source: Readable = response;
  try {
    for (const coding of known.toReversed()) {
      const first = await firstByte(source);
      if (first === undefined) return; // of nothing there is nothing to unpack
      source = pipeline(source, (unpackers[coding] as (first: number) => Transform)(first), () => {}); // its reader hears
    }
    yield* source as AsyncIterable<Buffer>;
  } catch (error) {
    if (!/^(Z_|ZSTD_|ERR_.*(BROTLI|ZSTD)|ERR__)/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new Failure('server', `the body is not ${known.join(', ')}, as its Content-Encoding says`, { cause: error });
  }
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

/**
 * By the byte-order mark, else the charset, else as JSON without a mark is told from UTF-16, else UTF-8. What is UTF-8 is
 * read, whatever else it is said to be in a word that nobody knows.
 */
function decode(bytes: Buffer, complete: boolean, { headers }: IncomingMessage): string {
  const strange = codingsOf(headers).find((coding) => !Object.hasOwn(unpackers, coding));
  const label = markOf(bytes) ?? charsetOf(headers['content-type']) ?? unmarkedOf(bytes);
  if (strange === undefined && isKnown(label)) return new TextDecoder(label).decode(bytes); // drops the mark
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !complete });
  } catch {
    const why = strange === undefined ? `in the charset ${brief(label)}` : `coded as ${brief(strange)}`;
    throw new Failure('server', `the body is ${why}, which is not known here`);
  }
}

function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label) !== undefined;
  } catch {
    return false;
  }
}

function markOf([first, second, third]: Buffer): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

function charsetOf(contentType = ''): string | undefined {
  const label = /[;,\s]\s*charset\s*=\s*["']?([^\s;,"']+)/i.exec(contentType)?.[1]?.toLowerCase();
  return label !== undefined && /^utf[-_]?8/.test(label) ? 'utf-8' : label;
}

/** https://www.rfc-editor.org/rfc/rfc4627#section-3 */
function unmarkedOf([first, second]: Buffer): string {
  if (first === 0 && second !== 0) return 'utf-16be';
  return first !== 0 && second === 0 ? 'utf-16le' : 'utf-8';
}

/** A word of the server's. */
const brief = (word: string): string => (/^[\w.,: -]{1,40}$/.test(word) ? word : 'something else');
