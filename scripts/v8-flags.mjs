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
 * Modules of Node that the daemon needs. They are loaded before the flags are set, since what Node has compiled beforehand
 * is refused under other flags: 40 ms of the start.
 */
const builtins = ['https', 'dns', 'zlib', 'perf_hooks', 'timers/promises'];

/** Commands that live for one request: what keeps a daemon small would only make them slower. */
const brief = ['drain', 'healthcheck'];

/** The lines of the program that do so. */
export const firstLines = `if (!${JSON.stringify(brief).replaceAll('"', "'")}.includes(process.argv[2])) {
  const { setFlagsFromString } = process.getBuiltinModule('v8');
  for (const name of ${JSON.stringify(builtins)}) process.getBuiltinModule(name);
  for (const flag of ${JSON.stringify(flags)}) setFlagsFromString(flag);
}
`;
