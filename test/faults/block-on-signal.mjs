// Preloaded into the daemon: at SIGUSR2 its event loop stands still for TEST_BLOCK_MS milliseconds.
import { writeSync } from 'node:fs';

const ms = Number(process.env.TEST_BLOCK_MS);

process.on('SIGUSR2', () => {
  const until = performance.now() + ms;
  writeSync(2, 'event loop: blocked\n');
  while (performance.now() < until);
  writeSync(2, 'event loop: released\n');
});
