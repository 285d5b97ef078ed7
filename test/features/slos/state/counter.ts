// Counts as fast as it can, a second of its own clock at a time, until it is killed: first it tells on standard output
// with what it goes on, then each second what it has counted by then, before that is saved.
import { writeSync } from 'node:fs';
import type { Clock } from '../../../../src/core/clock.ts';
import type { Log } from '../../../../src/core/log.ts';
import { createState } from '../../../../src/features/slos/state/state.ts';
import { Windows } from '../../../../src/features/slos/windows.ts';

const [stateDir = '', begin = '0'] = process.argv.slice(2);
const day = 86_400_000;
/** Since the boot of the machine. */
let upMs = Number(begin);
const clock: Clock = { now: () => upMs - Number(begin), wall: () => new Date(Date.UTC(2026, 0) + upMs) };
const say = (_: unknown, message: string): void => void writeSync(2, `${message}\n`);
const log: Log = { debug: say, info() {}, warn: say, error: say };
const objectives = ['ready', 'checkout', 'search'].map((name) => ({
  ...{ name, fingerprint: name },
  windows: new Windows(30 * day),
}));
const state = createState({
  ...{ stateDir, clock, log, objectives },
  machine: { host: 'pod', process: `${process.pid}-${begin}`, boot: 'boot', upMs: () => upMs },
  ...{ renewMs: 20_000, syncMs: 7000 },
});
const tell = (): void => {
  const counts = objectives.map(({ windows: { total } }) => [total.good, total.bad]);
  writeSync(1, `${JSON.stringify(counts)}\n`);
};
await state.save();
tell();
for (let count = 1; ; count += 1) {
  upMs += 1000;
  for (const [place, { windows }] of objectives.entries())
    windows.add(clock.now(), 1 + place * (count % 3), Number(count % (5 + place) === 0));
  tell();
  await state.save();
}
