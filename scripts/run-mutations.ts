// Makes mistakes in copies of the source, drawn by a seed, and runs the tests of their room against each: one that no test
// notices has survived.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeCopies } from '../test/mutations/copy.ts';
import { allPlaces, type Drawn, draw, isReadable } from '../test/mutations/draw.ts';
import { explained } from '../test/mutations/explained.ts';
import { rooms } from '../test/mutations/rooms.ts';
import { endAll } from '../test/mutations/run.ts';
import { duration, failedText, judgementText, listText, progressText, tableText } from '../test/mutations/say.ts';
import { createTrial, type Verdict } from '../test/mutations/trial.ts';
import { prepareServers } from '../test/servers/needed.ts';
import { MissingServers } from '../test/servers/source.ts';

const root = join(import.meta.dirname, '..');
/** Mutations that are tried at a time. */
const workers = 2;

const names = rooms.map(({ name }) => name);
const ofTypes = names.flatMap((name) => name.split('dependencies/')[1] ?? []);
const roomText = `${names.filter((name) => !name.includes('/')).join(', ')},
                dependencies/TYPE with TYPE one of ${ofTypes.join(', ')}`;

const HELP = `npm run test:mutations -- [OPTION...]

Makes a small mistake in a copy of the source (< for <=, a call left out, a condition turned round), runs the tests of that
room, and tells whether any noticed. The source itself is never touched.

  --seed N      what is drawn by (1); the same source and seed give the same mutations
  --count N     how many (60), the rooms in turn
  --room ROOM   all of them from this room:
                ${roomText}
  --only ID     this one, drawn or not; may be repeated
  --list        show what is drawn, run nothing
  --help        this

Ends with "N caught, M survived", and with 0 unless one survived that test/mutations/explained.ts does not explain.
`;

class Misuse extends Error {}

const say = (text: string): void => {
  process.stdout.write(text);
};

function readOptions() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '60' },
      room: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const whole = (name: 'seed' | 'count', least: number): number => {
    const number = Number(values[name]);
    if (/^\d+$/.test(values[name]) && number >= least) return number;
    throw new Misuse(`--${name} wants a whole number${least > 0 ? ' above 0' : ''}, not ${values[name]}`);
  };
  if (values.room !== undefined && !names.includes(values.room)) {
    throw new Misuse(`no room ${values.room}; there are ${names.join(', ')}`);
  }
  return { ...values, seed: whole('seed', 0), count: whole('count', 1) };
}

function choose(places: readonly Drawn[], { room, only, seed, count }: ReturnType<typeof readOptions>): Drawn[] {
  if (only.length === 0) {
    const from = places.filter((place) => room === undefined || place.room.name === room);
    return draw(from, { seed, count, accepts: isReadable(root) });
  }
  return only.map((id) => {
    const found = places.find((place) => place.id === id);
    if (found === undefined) throw new Misuse(`no mutation ${id} in the source as it is now`);
    return found;
  });
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options.help) {
    say(HELP);
    return 0;
  }
  const places = allPlaces(root, rooms);
  const chosen = choose(places, options);
  if (options.list) {
    say(listText(chosen));
    return 0;
  }
  if (chosen.some(({ room }) => room.contract.length > 0)) await prepareServers((line) => say(`${line}\n`));
  const verdicts = await tryAll(chosen);
  if (verdicts === undefined) return 1;
  const known = new Set(places.map(({ id }) => id));
  const inOrder = chosen.flatMap((mutation) => verdicts.find((verdict) => verdict.mutation === mutation) ?? []);
  say(`\n${tableText(inOrder)}\n${judgementText(inOrder, known, explained)}`);
  const survivors = inOrder.filter(({ caught }) => caught === undefined);
  say(`\n${inOrder.length - survivors.length} caught, ${survivors.length} survived\n`);
  return survivors.every(({ mutation }) => explained.some(({ id }) => id === mutation.id)) ? 0 : 1;
}

/** @returns undefined when the tests fail without any mutation. */
async function tryAll(chosen: readonly Drawn[]): Promise<Verdict[] | undefined> {
  const { copies, remove } = makeCopies(root, Math.min(workers, chosen.length));
  for (const [name, code] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const, ['SIGHUP', 129] as const]) {
    process.once(name, () => {
      endAll();
      remove();
      process.exit(code);
    });
  }
  try {
    const trial = createTrial(chosen, copies);
    const begin = performance.now();
    const failed = await trial.measure((done, all) => say(`[${done}/${all}] of the tests without any mutation\n`));
    if (failed.length > 0) {
      say(`\nthese fail without any mutation, so that they would tell nothing:\n${failedText(failed)}`);
      return undefined;
    }
    say(`the tests pass without any mutation, in ${duration(performance.now() - begin)}\n`);
    const verdicts: Verdict[] = [];
    const judging = performance.now();
    await trial.judgeAll((verdict) => {
      verdicts.push(verdict);
      say(progressText(verdict, verdicts.length, chosen.length, performance.now() - judging));
    });
    say(`tried in ${duration(performance.now() - judging)}\n`);
    return verdicts;
  } finally {
    remove();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  const isMisuse = error instanceof Misuse || code?.startsWith('ERR_PARSE_ARGS') === true;
  const known = isMisuse || error instanceof MissingServers;
  process.stderr.write(`${known ? message : stack}\n${isMisuse ? `\n${HELP}` : ''}`);
  process.exitCode = isMisuse ? 2 : 1;
}
