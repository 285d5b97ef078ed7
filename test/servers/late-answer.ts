// A server of its own process whose answer is on its way when our own loop stands still, as under a limit of the container.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type LateAnswer = {
  readonly port: number;
  /** Resolves when it was asked; it answers 100 ms later. */
  readonly asked: Promise<void>;
  stop(): void;
};

const program = `require('node:http').createServer((_, response) => {
  process.stdout.write('asked');
  setTimeout(() => response.end('here it is'), 100);
}).listen(0, '127.0.0.1', function () { process.stdout.write(this.address().port + '\\n'); })`;

export async function startLateAnswer(): Promise<LateAnswer> {
  const server = spawn(process.execPath, ['-e', program]);
  const [port] = await once(server.stdout, 'data');
  const asked = once(server.stdout, 'data').then(() => undefined);
  return { port: Number(port), asked, stop: () => void server.kill('SIGKILL') };
}

/** No timer fires and no socket is read for so long. */
export function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
