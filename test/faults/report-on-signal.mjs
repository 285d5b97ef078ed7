// Preloaded into the daemon, with --expose-gc: at SIGWINCH it says on standard error what it holds, after a collection.
import { readdirSync, writeSync } from 'node:fs';

let count = 0;

process.on('SIGWINCH', () => {
  globalThis.gc();
  const { heapUsed, rss } = process.memoryUsage();
  const resources = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const descriptors = readdirSync('/dev/fd').length;
  count += 1;
  writeSync(2, `report ${JSON.stringify({ count, heapUsed, rss, descriptors, resources })}\n`);
});
