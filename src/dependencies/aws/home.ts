// The SDK asks for the home folder even where it needs no file of it, and Node throws for a user whom nobody knows.
import { homedir } from 'node:os';

/**
 * Called before the SDK is asked for anything. Without HOME and without an entry in /etc/passwd the folder is `/`, which is
 * what container runtimes take. It is said by USERPROFILE, which the SDK asks next and nothing else on Linux: so HOME, in
 * a configuration or for a program that is started, stays as absent as it was.
 * https://github.com/opencontainers/runc/blob/main/libcontainer/init_linux.go (HOME)
 */
export function haveHome(): void {
  const { HOME, USERPROFILE } = process.env;
  if (HOME || USERPROFILE) return;
  try {
    homedir();
  } catch {
    process.env.USERPROFILE = '/';
  }
}
