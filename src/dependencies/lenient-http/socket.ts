// A connection whose answers are read as curl reads them, for Node's HTTP client and those built on it.
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createResponseReader } from './response.ts';

/**
 * @param socket it belongs to what is returned from now on: an error or an end of one is that of the other.
 * @returns what an agent's `createConnection` may give.
 */
export function lenient(socket: Socket): Socket {
  return new LenientSocket(socket) as unknown as Socket; // the client asks no more of it than these methods
}

class LenientSocket extends Duplex {
  readonly #socket: Socket;
  readonly #reader = createResponseReader();
  /** What comes before the first request, such as a mail server's greeting, is read as its answer. */
  #asked = false;

  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.pause(); // until somebody reads
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  #received(chunk: Buffer): void {
    try {
      for (const piece of this.#reader.read(chunk)) if (!this.push(piece)) this.#socket.pause();
    } catch (error) {
      this.#socket.destroy(error as Error); // whoever listens to it hears why
    }
  }

  override _read(): void {
    if (this.#asked) this.#socket.resume();
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const method = this.#reader.idle ? /^([A-Z]+) \S+ HTTP\/1/.exec(chunk.subarray(0, 4096).toString('latin1')) : null;
    if (method?.[1] !== undefined) this.#reader.asked(method[1]);
    if (!this.#asked) {
      this.#asked = true;
      this.#socket.resume();
    }
    this.#socket.write(chunk, done);
  }
  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  get connecting(): boolean {
    return this.#socket.connecting;
  }
  setTimeout(milliseconds: number, callback?: () => void): this {
    this.#socket.setTimeout(milliseconds, callback);
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
