// Runs the tools side by side, then the groups of tests in one go; goes on after what failed, and ends with where
// the time went and one line: how many passed and failed.
import { parseArgs } from 'node:util';
import { missingPackages, prepareServers } from '../test/servers/needed.ts';
import { installLine, MissingServers } from '../test/servers/source.ts';
import { type Step, steps } from './steps.ts';
import { timesOf } from './times.ts';
import { type Failure, type Outcome, runVitest } from './vitest.ts';

const HELP = `npm test [-- STEP...]      all steps, or the named ones in their order
npm test -- --missing     print the line that installs the system packages that are missing, and nothing else
npm test -- --help        this

Steps:
${steps.map(({ name, does }) => `  ${name.padEnd(13)}${does}`).join('\n')}

The last line is "N passed, N failed": each test counts, and each of the other steps as one.
`;

/** The steps that run on a machine without servers. */
const WITHOUT_SERVERS = new Set(['build', 'style', 'types', 'unused']);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, missing: { type: 'boolean' } },
  });
  if (values.help) return say(HELP);
  if (values.missing) {
    const packages = missingPackages();
    return packages.length === 0 ? 0 : say(`${installLine(packages)}\n`);
  }
  const unknown = positionals.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`no such step: ${unknown.join(', ')}\n\n${HELP}`);
    return 2;
  }
  return runAll(positionals.length === 0 ? steps : steps.filter(({ name }) => positionals.includes(name)));
}

async function runAll(wanted: readonly Step[]): Promise<number> {
  if (wanted.some(({ name }) => !WITHOUT_SERVERS.has(name))) {
    try {
      await prepareServers((line) => say(`${line}\n`));
    } catch (error) {
      if (!(error instanceof MissingServers)) throw error;
      say(`${error.message}\n\n0 passed, 1 failed\n`);
      return 1;
    }
  }
  const failures: Failure[] = [];
  const skipped: string[] = [];
  let passed = 0;
  const take = (name: string, outcome: Outcome, seconds: number): void => {
    say(`=== ${name}: ${brief(outcome)} in ${seconds.toFixed(1)} s\n`);
    passed += outcome.passed;
    failures.push(...outcome.failures);
    skipped.push(...outcome.skipped);
  };
  const tools = wanted.flatMap(({ name, run }) => (run === undefined ? [] : [{ name, run }]));
  if (tools.length > 0) say(`\n=== ${tools.map(({ name }) => name).join(', ')}\n`);
  const timed = async ({ name, run }: (typeof tools)[number]) => {
    const started = performance.now();
    return { name, outcome: await run(), seconds: (performance.now() - started) / 1000 };
  };
  for (const { name, outcome, seconds } of await Promise.all(tools.map(timed))) take(name, outcome, seconds);
  const groups = wanted.filter(({ run }) => run === undefined).map(({ name }) => name);
  if (groups.length > 0) {
    say(`\n=== ${groups.join(', ')}\n`);
    const started = performance.now();
    const { files, ...outcome } = await runVitest({ groups });
    const seconds = (performance.now() - started) / 1000;
    take(groups.length === 1 ? (groups[0] as string) : 'tests', outcome, seconds);
    say(timesOf(groups, files, seconds));
  }
  if (failures.length > 0) say(`\n=== what failed\n`);
  for (const { name, message } of failures) say(`\n✗ ${name}\n${indented(message)}\n`);
  if (skipped.length > 0) say(`\n=== not run (skipped)\n${skipped.map((name) => `- ${name}\n`).join('')}`);
  say(`\n${passed} passed, ${failures.length} failed\n`);
  return failures.length === 0 ? 0 : 1;
}

function brief({ passed, failures }: Outcome): string {
  return failures.length === 0 ? `${passed} passed` : `${passed} passed, ${failures.length} FAILED`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

function say(text: string): 0 {
  process.stdout.write(text);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const known = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  process.stderr.write(`${known ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = 2;
}
