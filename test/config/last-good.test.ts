// The kept configuration: whole or not there, for its owner and its pod alone.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are configurations.
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldersFor, keepLastGood, keptName, podHere, readLastGood } from '../../src/config/last-good.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'sidewarden-kept-'));
const good = {
  file: '/etc/sidewarden/sidewarden.yaml',
  text: 'service: shop\ntoken: ${TOKEN}\n',
  time: new Date(1e12),
};

async function kept(): Promise<{ folder: string; path: string }> {
  const folder = newFolder();
  await keepLastGood(folder, good, 'pod-1');
  return { folder, path: join(folder, keptName) };
}

test('what was kept is read again, and nothing else lies beside it', async () => {
  const { folder, path } = await kept();
  expect(await readLastGood(folder, 'pod-1')).toEqual(good);
  expect(readdirSync(folder)).toEqual([keptName]);
  expect(readFileSync(path, 'utf8').endsWith(`\n${good.text}`), 'as it was written').toBe(true);
  await keepLastGood(folder, { ...good, text: 'service: other\n' }, 'pod-1');
  expect(await readLastGood(folder, 'pod-1')).toMatchObject({ text: 'service: other\n' });
});

test('any text comes back as it was, whatever is in it', async () => {
  const folder = newFolder();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (text, file) => {
      const wanted = { ...good, text: text.toWellFormed(), file: file.toWellFormed() };
      await keepLastGood(folder, wanted, 'pod-1');
      expect(await readLastGood(folder, 'pod-1')).toEqual(wanted);
    }),
    { numRuns: 30 },
  );
});

test('its owner alone may read it, also where an older one was left behind for all', async () => {
  const { folder, path } = await kept();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(join(folder, `.${keptName}`), 'left behind', { mode: 0o666 });
  chmodSync(join(folder, `.${keptName}`), 0o666);
  await keepLastGood(folder, good, 'pod-1');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

const giveAway = (path: string): void => chownSync(path, 12_345, 12_345);

describe('none is read that', () => {
  test('is cut anywhere, or changed anywhere', async () => {
    const { folder, path } = await kept();
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += 1) {
      writeFileSync(path, whole.subarray(0, at));
      expect(await readLastGood(folder, 'pod-1'), `cut at ${at}`).toBeUndefined();
    }
    const textAt = whole.indexOf(10) + 1;
    for (let at = textAt; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(path, changed);
      expect(await readLastGood(folder, 'pod-1'), `changed at ${at}`).toBeUndefined();
    }
  });

  test('is of another pod, which may have had the same folder', async () => {
    const { folder } = await kept();
    expect(await readLastGood(folder, 'pod-2')).toBeUndefined();
  });

  test.each<[string, (path: string) => void]>([
    ['others may read or write', (path) => chmodSync(path, 0o640)],
    // Only root can give a file away; the others' tests show that the owner counts.
    ...(process.getuid?.() === 0 ? [['belongs to another user', giveAway] as [string, (path: string) => void]] : []),
    [
      'is a link',
      (path) => {
        renameSync(path, `${path}.target`);
        symlinkSync(`${path}.target`, path);
      },
    ],
  ])('%s', async (_, spoil) => {
    const { folder, path } = await kept();
    spoil(path);
    expect(await readLastGood(folder, 'pod-1')).toBeUndefined();
  });

  test('is not there, or lies in no folder', async () => {
    expect(await readLastGood(newFolder(), 'pod-1')).toBeUndefined();
    expect(await readLastGood('/nowhere', 'pod-1')).toBeUndefined();
  });
});

test('the folder is found though the file that names it is broken; a variable wins', () => {
  const broken = 'checks: {\n  state_dir: /indented\nstate_dir: "/var/lib/a"   # why\n control: /x/y\n';
  expect(foldersFor({}, broken)).toEqual(['/var/lib/a', '/run/sidewarden']);
  expect(foldersFor({ SIDEWARDEN_STATE_DIR: '/b' }, broken)).toEqual(['/b', '/run/sidewarden']);
  expect(foldersFor({ SIDEWARDEN_CONTROL: '/c/d.sock' }, '')).toEqual(['/c']);
  expect(foldersFor({}, '')).toEqual(['/run/sidewarden']);
});

test('a pod is known by what the kubelet mounts, elsewhere by the name of the machine', async () => {
  const folder = newFolder();
  const mounts = join(folder, 'mountinfo');
  writeFileSync(
    mounts,
    '812 790 8:1 / / rw - ext4 /dev/sda1 rw\n' +
      '820 812 8:1 /var/lib/kubelet/pods/0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw\n',
  );
  expect(await podHere(mounts)).toBe('0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0');
  expect(await podHere(join(folder, 'none'))).toBe(hostname());
});
