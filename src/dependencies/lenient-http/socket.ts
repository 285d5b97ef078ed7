// A connection whose answers are read as curl reads them, for Node's HTTP client and those built on it.
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Kept } from './head.ts';
import { createResponseReader } from './response.ts';

/**
 * @param socket it belongs to what is returned from now on: an error or an end of one is that of the other.
 * @param told hears what each answer says of its body.
 * @returns what an agent's `createConnection` may give.
 */
export function lenient(socket: Socket, told?: (kept: Kept) => void): Socket {
  return new LenientSocket(socket, told) as unknown as Socket; // the client asks no more of it than these methods
}

class LenientSocket extends Duplex {
  readonly #socket: Socket;
  readonly #reader: ReturnType<typeof createResponseReader>;
  /** What comes before the first request, such as a mail server's greeting, is read as its answer. */
  #asked = false;
  #over = false;

  constructor(socket: Socket, told?: (kept: Kept) => void) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#reader = createResponseReader(told);
    socket.pause(); // until somebody reads
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('end', () => this.#end());
    socket.on('timeout', () => this.emit('timeout'));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => {
      // What came before an orderly end is still to be read, however long its reader takes.
      if (this.#over && !this.readableEnded) this.once('end', () => this.destroy());
      else this.destroy();
    });
  }

  #received(chunk: Buffer): void {
    if (this.#over) return;
    const { pieces, error } = this.#reader.read(chunk);
    for (const piece of pieces) if (!this.push(piece)) this.#socket.pause();
    // After what was read has been taken; whoever listens to the socket hears why.
    if (error !== undefined) setImmediate(() => this.#socket.destroy(error));
    // Bytes behind an answer: the next ones could be taken for another answer.
    else if (this.#reader.surplus && pieces.length === 0) this.destroy();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.once('end', () => this.#socket.destroySoon());
    this.push(null);
  }

  override _read(): void {
    if (this.#asked) this.#socket.resume();
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const method = this.#reader.idle ? /^([A-Z]+) /.exec(chunk.subarray(0, 20).toString('latin1'))?.[1] : undefined;
    if (method !== undefined) this.#reader.asked(method);
    if (!this.#asked) {
      this.#asked = true;
      this.#socket.resume();
    }
    this.#socket.write(chunk, done);
  }
  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done()); // a socket that has ended already, since the server did, is no failure
  }
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  get connecting(): boolean {
    return this.#socket.connecting;
  }
  get timeout(): number | undefined {
    return this.#socket.timeout;
  }
  setTimeout(milliseconds: number, callback?: () => void): this {
    this.#socket.setTimeout(milliseconds);
    if (callback !== undefined) this.once('timeout', callback);
    return this;
  }
  setNoDelay(noDelay?: boolean): this {
    this.#socket.setNoDelay(noDelay);
    return this;
  }
  setKeepAlive(enable?: boolean, initialDelay?: number): this {
    this.#socket.setKeepAlive(enable, initialDelay);
    return this;
  }
  ref(): this {
    this.#socket.ref();
    return this;
  }
  unref(): this {
    this.#socket.unref();
    return this;
  }
}
