// Preloaded into the daemon: at SIGWINCH its event loop stands still for TEST_BLOCK_MS milliseconds.
import { writeSync } from 'node:fs';

const ms = Number(process.env.TEST_BLOCK_MS);

process.on('SIGWINCH', () => {
  writeSync(2, 'event loop: blocked\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms); // still, and without a core of its own
  writeSync(2, 'event loop: released\n');
});
