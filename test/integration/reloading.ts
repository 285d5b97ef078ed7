// A daemon on a configuration file of ours: everything that it says, and reloads that are awaited.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { stringify } from 'yaml';
import { runFolder } from '../servers/process.ts';
import { type Sidewarden, type SidewardenOptions, startSidewarden } from '../servers/sidewarden.ts';

export const token = 'the-token-of-this-test';
export const authorization = `Bearer ${token}`;

/** Believed for long: a run that the machine makes late, or a server, is not what is tried here. */
export const fast = { interval: '500ms', timeout: '400ms', failure_threshold: 10 };

export type Checks = Readonly<Record<string, Record<string, unknown>>>;

/** The text of a configuration. */
export const written = (checks: Checks, top: Record<string, unknown> = {}): string =>
  stringify({ token, ...top, checks });

export type Reloading = {
  readonly daemon: Sidewarden;
  lines(): readonly Record<string, unknown>[];
  /** What the log said of reloads that ended so: `success` unless told. */
  reloads(outcome?: string): readonly Record<string, unknown>[];
  /** All that it wrote. */
  heard(): string;
  /** SIGHUP, and the answer in the log. */
  hangUp(outcome?: string): Promise<void>;
  good(): Promise<number | undefined>;
  names(): Promise<readonly string[]>;
};

/** Resolves when all of its checks are healthy. */
export async function startReloading(
  file: string,
  options: Pick<SidewardenOptions, 'environment' | 'node'> = {},
): Promise<Reloading> {
  let heard = '';
  let rest = '';
  const records: Record<string, unknown>[] = [];
  const hear = (text: string): void => {
    heard += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    records.push(...lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)));
  };
  const daemon = await startSidewarden({ args: [`--config=${file}`], hear, ...options });
  await daemon.until((_, code) => code === 200, 60_000);
  const reloads = (outcome = 'success') =>
    records.filter((line) => line['event.action'] === 'reload' && line['event.outcome'] === outcome);
  return {
    daemon,
    lines: () => records,
    reloads,
    heard: () => heard,
    async hangUp(outcome) {
      const before = reloads(outcome).length;
      process.kill(daemon.pid, 'SIGHUP');
      const answered = () => expect(reloads(outcome).length).toBeGreaterThan(before);
      await vi.waitFor(answered, { timeout: 30_000, interval: 10 });
    },
    good: () => daemon.metric('sidewarden_config_last_reload_successful'),
    names: async () => Object.keys((await daemon.get('/health')).body.checks),
  };
}

/** A file with this text, which can be written again. */
export async function fileWith(text: string) {
  const file = join(await runFolder('reload'), 'sidewarden.yaml');
  const write = (next: string): void => writeFileSync(file, next);
  write(text);
  return { file, write };
}
