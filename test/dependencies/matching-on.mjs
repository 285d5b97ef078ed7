// Matches over and over, each time for some milliseconds of processor time, until its standard input ends; says `ready`
// when it has found a string that takes so long, and at the end how often it came to which verdict.
import { isOwnExhaustion } from '../../src/core/failure.ts';
import { matches } from '../../src/dependencies/matching.ts';

const pattern = '^(a+)+$'; // each `a` more doubles the time
const computedMs = () => {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
};

let text = 'aaaa!';
for (let took = 0; took < 4; text = `a${text}`) {
  const begin = computedMs();
  new RegExp(pattern).test(text);
  took = computedMs() - begin;
}

const found = { verdicts: 0, blamed: 0, starved: 0 };
let ended = false;
process.stdin.resume().on('end', () => {
  ended = true;
});
process.stdout.write('ready\n');
while (!ended) {
  try {
    matches(pattern, text);
    found.verdicts += 1;
  } catch (error) {
    found[isOwnExhaustion(error) ? 'starved' : 'blamed'] += 1;
  }
  await new Promise(setImmediate);
}
process.stdout.write(`${JSON.stringify(found)}\n`);
