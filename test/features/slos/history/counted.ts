// The objectives at work through the life of a pod, by its clock: what our processes there have counted at the end.
import { setImmediate as breath } from 'node:timers/promises';
import type { House } from '../../../../src/features/define.ts';
import type { Counts, Standing } from '../../../../src/features/slos/budget.ts';
import { createCounting } from '../../../../src/features/slos/counting.ts';
import { working } from '../../../../src/features/slos/feature.ts';
import { createGauges } from '../../../../src/features/slos/gauges.ts';
import { type Heritage, heirOf, noValues } from '../../../../src/features/slos/heritage.ts';
import { createObjectives } from '../../../../src/features/slos/objectives.ts';
import { createSeconds } from '../../../../src/features/slos/seconds.ts';
import { Windows } from '../../../../src/features/slos/windows.ts';
import type { PodHistory } from './events.ts';
import { objectives } from './objectives.ts';
import { createWorld, type PodWorld } from './pod.ts';
import type { Span } from './script.ts';

export type Counted = {
  /** What an objective says when the pod's last second is over. */
  standing(name: string): Standing;
  /** From one second of the history to another. */
  between(name: string, span: Span): Counts;
  /** Of our pages: a gauge as it was set last, a counter as all processes together have counted. */
  value(family: string, slo: string, result?: string): number | undefined;
};

const breathS = 3600;

type Pace = {
  /** How often the page of the service is made anew. */
  readonly pageS: number;
  /** The whole feature works, as in a daemon; else what counts in it does, and the page is read half as often. */
  readonly whole: boolean;
};

export async function count(history: PodHistory, pace: Pace): Promise<Counted> {
  const { process } = history;
  const world = createWorld(history, pace.pageS);
  const values: Values = new Map();
  const house = houseOf(world, values);
  let heritage: Heritage | undefined;
  for (world.age = 0; world.age < process.length; ) {
    const running = process[world.age];
    if (running === 0) {
      world.age += 1;
      continue;
    }
    const inherited = heritage && outlived(heritage, world.clock.now());
    const { step, left } = (pace.whole ? wholeOf : countingOf)({ ...house, inherited });
    for (; process[world.age] === running; world.age = world.next()) {
      await step();
      if (world.age % breathS === 0) await breath(); // Prometheus starts meanwhile
    }
    heritage = left;
  }
  if (heritage === undefined) throw new Error('no process of ours ran');
  const now = world.clock.now();
  const { ledgers } = heritage;
  const all = createObjectives(objectives, { clock: world.clock, ledgers, service: () => undefined });
  createGauges(all, house).set(now);
  return {
    standing(name) {
      const found = all.find((one) => one.name === name)?.here(now);
      if (found === undefined) throw new Error(`nothing is counted for ${name}`);
      return found;
    },
    between: (name, { from, to }) => ledgers.get(name)?.windows.between(from * 1000, to * 1000) ?? { good: 0, bad: 0 },
    value: (family, slo, result = '') => values.get(`sidewarden_slo_${family} ${result}`)?.get(slo),
  };
}

type Process = { step(): Promise<void>; readonly left: Heritage };

function wholeOf(house: House): Process {
  const { jobs: [job] = [], heritage } = working.begin(objectives, house, others);
  const { signal } = new AbortController();
  return { step: async () => job?.run(signal), left: heritage as Heritage };
}

function countingOf(house: House): Process {
  const heir = heirOf(objectives, house, others);
  const counting = createCounting(objectives, house, heir);
  let reading = house.clock.now();
  return {
    async step() {
      const now = house.clock.now();
      counting.tick(now);
      if (now < reading) return;
      reading = now + 10_000;
      await counting.readPage(now);
    },
    left: { ...heir, names: [], values: counting.values },
  };
}

const others = { app: {} };

/** What a restart leaves where there is a folder for it: the windows, and nothing else. */
function outlived({ ledgers, names }: Heritage, now: number): Heritage {
  const left = [...ledgers].map(([name, ledger]) => {
    const windows = Windows.load(ledger.windows.save(now), now, 0);
    return [name, { ...ledger, windows, page: { seenAt: undefined, rest: 0 } }] as const;
  });
  const begun = { readiness: { begun: now, reached: false }, seconds: createSeconds(now), values: noValues };
  return { ...begun, ledgers: new Map(left), names, service: undefined };
}

/** By family and result, and by objective. */
type Values = Map<string, Map<string, number>>;

function houseOf({ clock, board, draining, appPage }: PodWorld, values: Values): House {
  const silent = (): void => {};
  return {
    ...{ service: 'shop', version: '1.0.0', namespace: undefined, stateDir: undefined, inherited: undefined },
    ...{ clock, board, draining, appPage },
    random: () => 0.5,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    redact: (text) => text,
    reveal: () => '',
    lease: {
      ...{ place: undefined, standing: 'leads', speaks: true, held: true, toldUntil: 0 },
      ...{ signal: new AbortController().signal, onChange: silent },
    },
    ...{ emit: silent, nudge: silent, show: silent, taken: () => false },
    meter({ name }) {
      const [plain, good, bad] = ['', 'good', 'bad'].map((result) => {
        const found = values.get(`${name} ${result}`) ?? new Map<string, number>();
        values.set(`${name} ${result}`, found);
        return found;
      });
      const of = (result: string | undefined) => (result === 'good' ? good : result === 'bad' ? bad : plain);
      return {
        set: ({ slo = '', result }, value) => of(result)?.set(slo, value),
        add: ({ slo = '', result }, value) => of(result)?.set(slo, value + (of(result)?.get(slo) ?? 0)),
        observe: silent,
        remove: ({ slo = '', result }) => of(result)?.delete(slo),
      };
    },
  };
}
