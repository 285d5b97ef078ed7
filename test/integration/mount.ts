// A folder as the kubelet mounts a ConfigMap or Secret: each file is a link into `..data`, itself a link, which one
// rename turns to new contents. https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/util/atomic_writer.go
import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../servers/process.ts';

export type Mount = {
  /** The path of a file in it, as a pod knows it. */
  path(name: string): string;
  /** All files at once, as the kubelet does it. */
  swap(files: Readonly<Record<string, string>>): void;
};

export async function createMount(files: Readonly<Record<string, string>>): Promise<Mount> {
  const folder = await runFolder('mount');
  let count = 0;
  const place = (name: string): string => join(folder, name);
  const fill = (contents: Readonly<Record<string, string>>): string => {
    count += 1;
    const name = `..2026_11_21_${count}`;
    mkdirSync(place(name));
    for (const [file, text] of Object.entries(contents)) writeFileSync(join(folder, name, file), text);
    return name;
  };
  symlinkSync(fill(files), place('..data'));
  for (const file of Object.keys(files)) symlinkSync(join('..data', file), place(file));
  return {
    path: place,
    swap(contents) {
      const before = readlinkSync(place('..data'));
      symlinkSync(fill(contents), place('..data_tmp'));
      renameSync(place('..data_tmp'), place('..data'));
      rmSync(place(before), { recursive: true });
    },
  };
}
