// The health check in the image's metadata, which a cluster does not show.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { read } from '../docs/pages.ts';

const run = promisify(execFile);
const second = 1e9;

/** https://docs.docker.com/reference/api/engine/: durations in nanoseconds */
const health = z.object({
  Test: z.tuple([z.literal('CMD')], z.string()),
  Interval: z.number(),
  Timeout: z.number(),
  Retries: z.number(),
});
const configuration = z.object({ config: z.object({ Healthcheck: health }) });
const manifest = z.tuple([z.object({ Config: z.string() })]);

export type HealthCheck = {
  readonly command: readonly string[];
  /** In seconds, as a probe has them. */
  readonly period: number;
  readonly timeout: number;
  readonly retries: number;
  /** Where it was read. */
  readonly from: string;
};

/** Of the image saved as SIDEWARDEN_TEST_IMAGE_ARCHIVE (`docker save`); else what the Dockerfile says. */
export async function healthCheck(): Promise<HealthCheck> {
  const archive = process.env.SIDEWARDEN_TEST_IMAGE_ARCHIVE;
  if (archive === undefined || archive === '') return fromDockerfile();
  const member = async (name: string): Promise<unknown> =>
    JSON.parse((await run('tar', ['-xOf', archive, name])).stdout);
  const [{ Config: name }] = manifest.parse(await member('manifest.json'));
  const { Test, Interval, Timeout, Retries } = configuration.parse(await member(name)).config.Healthcheck;
  return {
    command: Test.slice(1),
    period: Interval / second,
    timeout: Timeout / second,
    retries: Retries,
    from: `the metadata of ${archive}`,
  };
}

function fromDockerfile(): HealthCheck {
  const line = /^HEALTHCHECK --interval=(\d+)s --timeout=(\d+)s .*--retries=(\d+) CMD (\[.*\])$/m.exec(
    read('Dockerfile'),
  );
  if (line === null) throw new Error('the Dockerfile has no HEALTHCHECK of the form that is read here');
  const [, period, timeout, retries, command = '[]'] = line;
  return {
    command: z.array(z.string()).parse(JSON.parse(command)),
    period: Number(period),
    timeout: Number(timeout),
    retries: Number(retries),
    from: 'the Dockerfile, since SIDEWARDEN_TEST_IMAGE_ARCHIVE names no image',
  };
}
