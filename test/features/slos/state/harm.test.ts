// What stands in the way of saving is said once with what to do; counting goes on, and so does saving once it can.

import * as real from 'node:fs/promises';
import { chmod, mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { Files } from '../../../../src/features/slos/state/place.ts';
import { createStage, day, minute, second } from './stage.ts';

const failure = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });
const notSaved = 'warn: the counts of the objectives are not saved in';

/** A disk that takes so many bytes, and whose writes can wait forever. */
function createDisk() {
  const disk = { room: Number.POSITIVE_INFINITY, stuck: undefined as Promise<void> | undefined };
  const open: Files['open'] = async (...args) => {
    const handle = await real.open(...args);
    const write = handle.write.bind(handle);
    handle.writeFile = async (data) => {
      await disk.stuck;
      const bytes = data as Buffer;
      const part = bytes.subarray(0, disk.room);
      disk.room -= part.length;
      if (part.length > 0) await write(part);
      if (part.length < bytes.length) throw failure('ENOSPC');
    };
    return handle;
  };
  return { disk, open };
}

describe('a disk', () => {
  test('that is full: each record before it counts, and once there is room all is saved again', async () => {
    const { disk, open } = createDisk();
    const stage = await createStage();
    const one = stage.start({ files: { open } });
    await one.run(30);
    disk.room = 100; // the third record from now on is cut
    await one.run(40);
    expect(one.state.isUp()).toBe(false);
    expect(one.lines()).toEqual([
      `${notSaved} ${stage.folder()}, so a restart would forget them: the disk is full; free some space there, or take a larger volume`,
    ]);
    await stage.kill();
    const two = stage.start({ files: { open } });
    await two.run(1);
    expect(two.total().good).toBe(32 + 1); // what was on the disk, and its own
    expect(await stage.names()).toEqual(['pod-a.counts']);
    disk.room = Number.POSITIVE_INFINITY;
    await two.run(10);
    expect(two.state.isUp()).toBe(true);
    expect(two.lines().at(-1)).toBe(`info: the counts of the objectives are saved in ${stage.folder()} again`);
    await stage.kill();
    const three = stage.start();
    await three.state.save();
    expect(three.total().good).toBe(43);
    await three.state.close();
  });

  test('that does not answer delays nobody, and is said', async () => {
    const { disk, open } = createDisk();
    const stage = await createStage();
    const one = stage.start({ files: { open } });
    await one.run(5);
    let free = (): void => {};
    disk.stuck = new Promise((resolve) => {
      free = resolve;
    });
    for (let count = 0; count < 40; count += 1) {
      stage.pass(second);
      one.objectives[0]?.windows.add(one.clock.now(), 1, 0);
      void one.state.save();
    }
    expect(one.state.isUp()).toBe(false);
    expect(one.lines()).toEqual([expect.stringContaining('the file system does not answer')]);
    free();
    await one.run(1);
    expect([one.state.isUp(), one.lines().length]).toEqual([true, 2]);
    await stage.kill();
    const two = stage.start();
    await two.state.save();
    expect(two.total().good).toBe(46);
    await two.state.close();
  });

  test.each([
    ['EROFS', 'it can only be read; mount the volume for writing'],
    ['EACCES', 'this user may not write there; give it the folder, in Kubernetes by `fsGroup`'],
    ['EIO', 'EIO: it failed'],
  ])('that refuses with %s', async (code, why) => {
    const stage = await createStage();
    const refuse = async (): Promise<never> => {
      throw failure(code);
    };
    const one = stage.start({ files: { mkdir: refuse } });
    await one.run(60);
    expect(one.total().good).toBe(60);
    expect(one.lines()).toEqual([`${notSaved} ${stage.folder()}, so a restart would forget them: ${why}`]);
    expect(one.state.isUp()).toBe(false);
    await one.state.close();
  });

  test('that fails to read is asked again: what is there is not lost', async () => {
    const stage = await createStage();
    const before = stage.start();
    await before.run(20);
    await before.state.close();
    let isBroken = true;
    const open: Files['open'] = async (path, ...args) => {
      if (isBroken && String(path) === stage.file()) throw failure('EIO');
      return real.open(path, ...args);
    };
    const after = stage.start({ files: { open } });
    await after.run(5);
    expect([after.total().good, after.state.isUp()]).toEqual([5, false]);
    isBroken = false;
    await after.run(10);
    expect([after.total().good, after.state.isUp()]).toEqual([35, true]);
    await after.state.close();
  });
});

describe('a file', () => {
  const left = async (change: (file: string) => Promise<unknown>) => {
    const stage = await createStage();
    const before = stage.start();
    await before.run(20);
    await before.state.close();
    await change(stage.file());
    const after = stage.start();
    await after.run(3);
    await after.state.close();
    return { stage, after };
  };
  /** @param at in the windows, where it is no number */
  const changeByte = (at: number | 'windows') => async (file: string) => {
    const bytes = await readFile(file);
    const windows = 18 + 8 + bytes.readUInt32LE(18) + 8; // after the first line, the head and the length of its own
    const place = at === 'windows' ? windows + 5 : at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    await writeFile(file, bytes);
  };
  test.each<[string, string, (file: string) => Promise<unknown>]>([
    ['of garbage', 'it is no file of Sidewarden', (file) => writeFile(file, 'garbage '.repeat(1000))],
    ['that is empty', 'it is no file of Sidewarden', (file) => writeFile(file, '')],
    ['of another version', 'another version of Sidewarden wrote it', changeByte(16)],
    ['with a damaged head', 'its head is damaged', changeByte(40)],
    ['with damaged windows', 'its windows are damaged', changeByte('windows')],
    ['that everybody can write', 'every user can write it', (file) => chmod(file, 0o666)],
    [
      'that is a folder',
      'it is no file',
      async (file) => {
        await rm(file);
        await mkdir(file);
      },
    ],
  ])('%s is put aside, and that is said', async (_, why, change) => {
    const { stage, after } = await left(change);
    expect(after.total().good).toBe(3);
    expect(after.lines()).toEqual([
      `warn: the saved counts of the objectives are not read, so these begin anew: ${why}; the file is ${stage.file()}.refused now`,
    ]);
    expect(await stage.names()).toEqual(['pod-a.counts', 'pod-a.counts.refused']);
  });

  test('of another user is put aside too', async () => {
    const stage = await createStage();
    const before = stage.start();
    await before.run(20);
    await before.state.close();
    const getuid = process.getuid;
    const open: Files['open'] = async (...args) => {
      const handle = await real.open(...args);
      const facts = await handle.stat();
      handle.stat = (async () => Object.assign(facts, { uid: facts.uid + 1 })) as typeof handle.stat;
      return handle;
    };
    const after = stage.start({ files: { open } });
    await after.run(3);
    expect([after.total().good, process.getuid]).toEqual([3, getuid]);
    expect(after.lines()[0]).toContain('it belongs to another user');
    await after.state.close();
  });

  test('that is a symbolic link is never followed', async () => {
    const { stage, after } = await left(async (file) => {
      await rename(file, `${file}.elsewhere`);
      await symlink(`${file}.elsewhere`, file);
    });
    expect(after.total().good).toBe(3);
    expect(after.lines()).toEqual([expect.stringContaining('a symbolic link is there; remove it')]);
    expect(await stage.names()).toEqual(['pod-a.counts', 'pod-a.counts.elsewhere']);
  });

  test('whose end is damaged counts until there, and that is said', async () => {
    const { after } = await left(changeByte(-3));
    expect(after.total().good).toBe(22);
    expect(after.lines()[0]).toBe('warn: the last 42 bytes of the saved counts are damaged, so they are left out');
  });

  test('that a power cut has filled with zeros counts until there', async () => {
    const { after } = await left(async (file) =>
      writeFile(file, Buffer.concat([await readFile(file), Buffer.alloc(64)])),
    );
    expect(after.total().good).toBe(23);
  });

  test('that somebody takes away is written again', async () => {
    const stage = await createStage();
    const one = stage.start();
    await one.run(5);
    await rename(stage.folder(), `${stage.folder()}-before`);
    await one.run(1);
    expect([one.state.isUp(), one.lines().length]).toEqual([false, 1]);
    await one.run(10);
    expect(one.state.isUp()).toBe(true);
    const other = stage.start(); // the folder has another lock now
    await other.run(1);
    expect(other.lines()).toEqual([expect.stringContaining('another process keeps its counts there')]);
    await stage.kill();
    const two = stage.start();
    await two.state.save();
    expect(two.total().good).toBe(16);
    await two.state.close();
  });

  test('is its owner’s alone, also after a volume was opened to a group', async () => {
    const stage = await createStage();
    await mkdir(stage.folder(), { mode: 0o775 });
    await chmod(stage.folder(), 0o2775);
    const one = stage.start();
    await one.run(1);
    expect(await Promise.all([stage.mode(stage.folder()), stage.mode(stage.file())])).toEqual(['700', '600']);
    await one.state.close();
    await Promise.all([chmod(stage.folder(), 0o2770), chmod(stage.file(), 0o660)]);
    const two = stage.start();
    await two.run(1);
    expect(two.total().good).toBe(2);
    expect(await Promise.all([stage.mode(stage.folder()), stage.mode(stage.file())])).toEqual(['700', '600']);
    await two.state.close();
  });
});

describe('two processes with one folder', () => {
  test('of two pods have a file each', async () => {
    const stage = await createStage();
    const one = stage.start();
    const two = stage.start({ host: 'pod-b' });
    await one.run(5);
    await two.run(7);
    expect([one.total().good, two.total().good, await stage.names()]).toEqual([5, 7, ['pod-a.counts', 'pod-b.counts']]);
    expect(one.lines()).toEqual([]);
    expect(two.lines()).toEqual([
      `info: the counts of the objectives begin anew: counts of other pods are in ${stage.folder()}, and none of this host name`,
    ]);
    await Promise.all([one.state.close(), two.state.close()]);
  });

  test('of one pod: the second saves nothing until the first has ended, and goes on from there', async () => {
    const stage = await createStage();
    const one = stage.start();
    await one.run(30);
    const two = stage.start();
    await two.run(20, 0, 1);
    expect([two.total(), two.state.isUp()]).toEqual([{ good: 0, bad: 20 }, false]);
    expect(two.lines()).toEqual([expect.stringContaining('another process keeps its counts there')]);
    await one.run(1);
    await one.state.close();
    await two.run(30, 0, 1);
    expect([two.total().good, two.state.isUp()]).toEqual([31, true]);
    const { bad } = two.total(); // its first 20 s, the other one has counted
    expect(bad).toBeGreaterThanOrEqual(20);
    expect(bad).toBeLessThanOrEqual(31);
    await two.state.close();
  });

  test('where no lock holds between them, the first one leaves the file to the second', async () => {
    const stage = await createStage();
    const one = stage.start();
    await one.run(30);
    const lstat = (async (path: string) => {
      const facts = await real.lstat(path);
      return path === stage.folder() ? Object.assign(facts, { ino: 1 }) : facts; // another name of the lock
    }) as unknown as Files['lstat'];
    const two = stage.start({ files: { lstat } });
    await two.run(10);
    await one.run(60);
    expect([one.state.isUp(), two.state.isUp()]).toEqual([false, true]);
    expect(one.lines()).toEqual([expect.stringContaining('another process writes there')]);
    await one.state.close();
    await two.run(10);
    await two.state.close();
    const three = stage.start();
    await three.state.save();
    expect(three.total().good).toBe(50);
    await three.state.close();
  });

  test('nor does the first one put its file there that it was just writing anew', async () => {
    const stage = await createStage();
    const one = stage.start({ renewMs: 30 * second });
    await one.run(31);
    await vi.waitFor(async () => expect((await stage.names()).length).toBe(2));
    await sleep(100); // it is written, and waits for its name
    const lstat = (async (path: string) => {
      const facts = await real.lstat(path);
      return path === stage.folder() ? Object.assign(facts, { ino: 2 }) : facts;
    }) as unknown as Files['lstat'];
    const two = stage.start({ files: { lstat } });
    await two.run(1);
    await one.run(15); // it tries again after 10 s
    await two.run(1);
    expect([one.state.isUp(), two.state.isUp(), two.lines().length]).toEqual([false, true, 1]);
    expect(one.lines().at(-1)).toContain('another process writes there');
    await Promise.all([one.state.close(), two.state.close()]);
  });

  test('files that pods left longer ago than any window go, and no others', async () => {
    const stage = await createStage();
    await mkdir(stage.folder());
    const leave = async (name: string, ago: number): Promise<void> => {
      await writeFile(`${stage.folder()}/${name}`, 'x');
      const at = new Date(stage.time.wall - ago);
      await utimes(`${stage.folder()}/${name}`, at, at);
    };
    await leave('pod-old.counts', 100 * day);
    await leave('pod-b.counts', 90 * day);
    await leave('notes.txt', 100 * day);
    await leave('pod-old.counts.refused', 100 * day);
    await leave('.pod-old.counts.deadbeef', 100 * day);
    await leave('pod-a.counts.refused', 100 * day);
    await leave('pod-b.counts.refused', 90 * day);
    await leave('.pod-b.counts.deadbeef', 90 * day);
    await leave('.pod-a.counts.deadbeef', minute);
    const one = stage.start();
    await one.run(1);
    expect(await stage.names()).toEqual([
      ...['.pod-b.counts.deadbeef', 'notes.txt', 'pod-a.counts', 'pod-b.counts', 'pod-b.counts.refused'],
    ]);
    await one.state.close();
  });
});
