// The jobs of a feature as the scheduler takes them: whatever one throws ends neither the job nor this process.
import type { Job } from '../schedule/job.ts';
import type { FeatureJob } from './define.ts';

/** A job that cannot say when it is to run is asked again after this long. */
const againMs = 60_000;

/** @param failed told of what a job throws */
export function tasksOf(key: string, jobs: readonly FeatureJob[], failed: (error: unknown) => void) {
  const running = new Set<FeatureJob>();
  const tasks = new Map(
    jobs.map((job): [FeatureJob, Job] => [
      job,
      {
        ...{ name: job.name, class: 'task', line: key },
        ...(job.endMs !== undefined && { endMs: job.endMs }),
        next(now) {
          try {
            return job.next(now);
          } catch (error) {
            failed(error);
            return now + againMs;
          }
        },
        async run(signal) {
          running.add(job);
          try {
            await job.run(signal);
          } catch (error) {
            failed(error);
          }
          running.delete(job);
        },
      },
    ]),
  );
  return {
    all: [...tasks.values()],
    of: (job: FeatureJob): Job | undefined => tasks.get(job),
    /** Names of those that have a run in flight. */
    running: (): readonly string[] => [...running].map(({ name }) => name),
  };
}
