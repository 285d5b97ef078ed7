// What V8 is told so that the daemon stays small. How each was found, and what it costs: docs/performance.md.

/** Only the command line can say this: a small young generation. */
export const option = '--max-semi-space-size=1';

/**
 * The program itself says these: compact code, one optimizing compiler that inlines nothing, and a heap that is collected
 * when it has grown by a twentieth, and compacted.
 */
export const flags = [
  '--optimize-for-size',
  '--no-sparkplug',
  '--no-maglev',
  '--no-turbo-inlining',
  '--heap-growing-percent=5',
  '--compact-on-every-full-gc',
];

/**
 * Modules of Node that every run needs. They are loaded before the flags are set, since what Node has compiled beforehand
 * is refused under other flags: 40 ms of the start.
 */
const builtins = ['https', 'dns', 'zlib', 'perf_hooks', 'timers/promises'];

/** The lines of the program that do so. */
export const firstLines = `import { setFlagsFromString } from 'node:v8';
for (const name of ${JSON.stringify(builtins)}) process.getBuiltinModule(name);
for (const flag of ${JSON.stringify(flags)}) setFlagsFromString(flag);
`;
