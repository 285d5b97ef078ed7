// What can go wrong with a folder or a file, in words.

/** Its message says what is wrong, and what to do. */
export class Refused extends Error {}

const whys: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EISDIR: 'a folder stands there',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  ELOOP: 'links lead round in a circle',
  ENAMETOOLONG: 'the name is too long',
};

/** What the system says, in words. */
export function refused(place: string, error: unknown, done: 'read' | 'written'): Refused {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new Refused(`${place} cannot be ${done}: ${whys[code] ?? message}`);
}

/** For what is read and may not be there. */
export const absent =
  (place: string) =>
  (error: NodeJS.ErrnoException): undefined => {
    if (error.code !== 'ENOENT') throw refused(place, error, 'read');
  };
