// Preloaded into the daemon: at SIGWINCH it says on standard error the longest delay of its loop since it was last asked, in
// milliseconds.
import { writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
process.on('SIGWINCH', () => {
  writeSync(2, `delay ${(delays.max / 1e6).toFixed(2)}\n`);
  delays.reset();
});
