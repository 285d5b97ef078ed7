// Whose the files of a folder are: those of nobody and of other services are not overwritten, and what is left over is told.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { GeneratedFile } from '../features/generate.ts';
import { type Origin, originOf } from '../features/generated-by.ts';
import { absent } from './file-errors.ts';

/** Of one service; the one with other matchers is another's, and the one without any judges the same series. */
const areAlike = (one: Origin, other: Origin): boolean =>
  one.part === other.part &&
  one.format === other.format &&
  one.service === other.service &&
  (isDeepStrictEqual(one.select, other.select) || [one, other].some(({ select }) => Object.keys(select).length === 0));

/** Why the text that is there is not replaced; undefined: it is ours, or there is none. */
export function clash(now: string, text: string): string | undefined {
  const own = originOf(text);
  const found = originOf(now);
  if (own === undefined || now.trim() === '' || now === text) return;
  if (found === undefined)
    return 'does not begin as generated files do, so it is left as it is: move it away, or name another folder with --out';
  if (areAlike(own, found)) return;
  const whose = found.service === own.service ? `with select ${JSON.stringify(found.select)}` : '';
  return `is of the service ${[JSON.stringify(found.service), whose].filter(Boolean).join(' ')}, and is left as it is: name another folder with --out, or delete it`;
}

const shown = 3;

/** What else was generated into the folder: left over of these files, and a note on other services. */
export async function besides(folder: string, files: readonly GeneratedFile[]) {
  const own = files.flatMap(({ text }) => originOf(text) ?? []);
  const paths = files.map(({ path }) => path);
  const names = (await readdir(folder).catch(absent(folder))) ?? [];
  const left: string[] = [];
  const others = new Set<string>();
  for (const name of names.toSorted()) {
    if (!/\.ya?ml$/.test(name) || paths.includes(name)) continue;
    const found = originOf(await readFile(join(folder, name), 'utf8').catch(() => ''));
    if (found === undefined) continue;
    if (own.some((one) => areAlike(one, found))) left.push(join(folder, name));
    else if (own.every(({ service }) => service !== found.service)) others.add(found.service);
  }
  const some = [...others].slice(0, shown).map((service) => JSON.stringify(service));
  const more = others.size > shown ? ` and ${others.size - shown} more` : '';
  return {
    left,
    others:
      others.size === 0
        ? []
        : [
            `${folder} has files of other services too (${some.join(', ')}${more}): delete those of a service that has a new name`,
          ],
  };
}
