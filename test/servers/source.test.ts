import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DownloadFailed } from './download.ts';
import { cacheFolder, installLine, locate, locateAll, MissingServers, type Source } from './source.ts';

let folder: string;
const variable = 'SIDEWARDEN_TEST_PROGRAM_OF_THIS_TEST';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidewarden-source-'));
  chmodSync(folder, 0o755); // as root, what the server user cannot reach does not count
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  delete process.env[variable];
});

function program(...path: string[]): string {
  const file = join(folder, ...path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
}

function source(overrides: Partial<Source>): Source {
  return { what: 'Server', variable, candidates: [], packages: ['server'], ...overrides };
}

describe('locating a server', () => {
  it('takes the highest version of a glob', async () => {
    program('9', 'bin', 'server');
    const newest = program('16', 'bin', 'server');
    program('13', 'bin', 'server');
    expect(await locate(source({ candidates: [`${folder}/*/bin/server`] }))).toBe(newest);
  });

  it('looks a bare name up on the PATH', async () => {
    expect(await locate(source({ candidates: ['sh'] }))).toMatch(/\/sh$/);
  });

  it('lets the environment variable win', async () => {
    process.env[variable] = program('mine');
    expect(await locate(source({ candidates: ['sh'] }))).toBe(join(folder, 'mine'));
  });

  it('refuses an environment variable that names nothing', async () => {
    process.env[variable] = join(folder, 'nothing');
    await expect(locate(source({ candidates: ['sh'] }))).rejects.toThrow(`${variable}=${folder}/nothing`);
  });

  it('downloads what the machine does not have, and only that', async () => {
    let downloads = 0;
    const download = async (): Promise<string> => {
      downloads++;
      return '/downloaded';
    };
    expect(await locate(source({ candidates: ['sh'], download }))).toMatch(/\/sh$/);
    expect(downloads).toBe(0);
    expect(await locate(source({ candidates: ['surely-absent'], download }))).toBe('/downloaded');
  });

  it('collects all that is missing into one error with one line to paste', async () => {
    const failing = async (): Promise<string> => {
      throw new DownloadFailed('mvn: spawn ENOENT');
    };
    const error = await locateAll([
      source({ what: 'Redis', candidates: ['absent-redis'], packages: ['redis-server'] }),
      source({ what: 'Shell', candidates: ['sh'], packages: ['dash'] }),
      source({ what: 'Elasticsearch', download: failing, packages: ['maven', 'redis-server'] }),
    ]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MissingServers);
    const { message } = error as MissingServers;
    expect(message).toContain('Redis');
    expect(message).toContain('mvn: spawn ENOENT');
    expect(message).toContain('apt-get install -y --no-install-recommends maven redis-server\n');
    expect(message).toContain('brew install maven redis');
    expect(message).not.toContain('dash');
  });
});

it('names each package once', () => {
  expect(installLine(['b', 'a', 'b'])).toBe('apt-get install -y --no-install-recommends a b');
});

it('keeps its cache where the server user can read it', () => {
  const root = process.getuid?.() === 0;
  expect(cacheFolder()).toMatch(root ? /^\/var\/cache\/sidewarden$/ : /\/sidewarden$/);
});
