// The trial of each mutation: first the unmutated source must pass every test that is needed, then each mutation is tried.
import { batchesOf, type Facts, limitOf } from './batches.ts';
import type { Copy, Failed, Tested, UpTo } from './copy.ts';
import type { Drawn } from './draw.ts';
import { createReach } from './reach.ts';
import { type TestFile, testsOf } from './rooms.ts';

export type Verdict = { readonly mutation: Drawn; readonly caught: Failed | undefined; readonly ms: number };

/** For tests of which it is not known yet how long they take. */
const mostMs = 900_000;
/** Files of one run of the unmutated source. */
const atOnce = 8;

export type Trial = {
  /**
   * A file that fails gets a second chance by itself: a machine may be busy with something else.
   * @param told how many of how many runs are done
   * @returns what fails without any mutation.
   */
  measure(told: (done: number, all: number) => void): Promise<readonly Failed[]>;
  judgeAll(told: (verdict: Verdict) => void): Promise<void>;
};

/** @param copies as many mutations are tried at a time */
export function createTrial(mutations: readonly Drawn[], copies: readonly [Copy, ...Copy[]]): Trial {
  const root = copies[0].folder; // the tree may change meanwhile
  const reach = createReach(root);
  const took = new Map<string, number>();
  const factsOf = (mutation: Drawn): Facts => ({
    ms: (file) => took.get(file.file) ?? 0,
    distance: ({ file }) => reach.distances(file).get(mutation.file),
    runsBuild: ({ file }) => reach.runsBuild(file),
  });
  const batchesFor = (mutation: Drawn): TestFile[][] => batchesOf(testsOf(root, mutation.room), factsOf(mutation));

  /** Builds before it runs what needs the build. */
  const test = async (copy: Copy, files: readonly TestFile[], limitMs: number, upTo: UpTo): Promise<Tested> => {
    const unbuilt = files.some(({ file }) => reach.runsBuild(file)) ? await copy.build() : undefined;
    if (unbuilt === undefined) return copy.test(files, limitMs, upTo);
    return { failed: [unbuilt], isLate: false, reports: [] };
  };
  /** @returns the files that did not pass. */
  const measureFiles = async (
    copy: Copy,
    files: readonly TestFile[],
    failed: Failed[],
  ): Promise<readonly TestFile[]> => {
    const tested = await test(copy, files, mostMs, 'end');
    for (const file of files) took.set(file.file, (reportOf(file, tested)?.seconds ?? 0) * 1000);
    failed.push(...tested.failed);
    return redOf(files, tested);
  };
  const caughtBy = async (copy: Copy, mutation: Drawn): Promise<Failed | undefined> => {
    const facts = factsOf(mutation);
    const tests = batchesFor(mutation).map((files) => async () => {
      const limitMs = limitOf(files, facts);
      const tested = await test(copy, files, limitMs, 'first failure');
      if (tested.failed.length === 0 || tested.isLate) return tested.failed[0];
      // A busy machine can make any test fail once.
      const again = await test(copy, redOf(files, tested), limitMs, 'first failure');
      return again.failed[0];
    });
    // The cheapest tests take less than the compiler, which takes less than the others.
    for (const step of tests.toSpliced(1, 0, copy.types)) {
      const failed = await step();
      if (failed !== undefined) return failed;
    }
    return undefined;
  };

  return {
    async measure(told) {
      const needed = new Map(mutations.flatMap(batchesFor).flatMap((files) => files.map((file) => [file.file, file])));
      const runs = inParts([...needed.values()]);
      const refused = (await Promise.all(copies.map((copy) => copy.types()))).find((one) => one !== undefined);
      if (refused !== undefined) return [refused];
      const red: TestFile[] = [];
      let done = 0;
      await share(runs, copies, async (files, copy) => {
        red.push(...(await measureFiles(copy, files, [])));
        told(++done, runs.length);
      });
      const failed: Failed[] = [];
      await share(red, copies, async (file, copy) => {
        await measureFiles(copy, [file], failed);
      });
      return failed;
    },
    judgeAll: (told) =>
      share(mutations, copies, async (mutation, copy) => {
        const begin = performance.now();
        const restore = copy.mutate(mutation);
        try {
          const caught = await caughtBy(copy, mutation);
          told({ mutation, caught, ms: performance.now() - begin });
        } finally {
          restore();
        }
      }),
  };
}

const reportOf = ({ file }: TestFile, { reports }: Tested) => reports.find((report) => report.file === file);

/** Those that did not pass; all of them when what failed is in none. */
function redOf(files: readonly TestFile[], tested: Tested): readonly TestFile[] {
  if (tested.failed.length === 0) return [];
  const red = files.filter((file) => (reportOf(file, tested)?.failures.length ?? 0) > 0);
  return red.length === 0 ? files : red;
}

const inParts = (files: readonly TestFile[]): TestFile[][] =>
  Array.from({ length: Math.ceil(files.length / atOnce) }, (_, part) =>
    files.slice(part * atOnce, (part + 1) * atOnce),
  );

/** Each worker takes the next task when it is done with one. */
async function share<Task, Worker>(
  tasks: readonly Task[],
  workers: readonly Worker[],
  work: (task: Task, worker: Worker) => Promise<void>,
): Promise<void> {
  const queue = tasks.values();
  await Promise.all(
    workers.map(async (worker) => {
      for (const task of queue) await work(task, worker);
    }),
  );
}
