// Gives one process an /etc/resolv.conf of its own, in a mount namespace.
// https://man7.org/linux/man-pages/man1/unshare.1.html
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type OwnResolvConf = {
  /** Put in front of a command, which then runs with this file, under the process id that was started. */
  readonly through: readonly string[];
  remove(): void;
};

const script = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';

/** @throws Error that says what the machine must allow. */
export function ownResolvConf(text: string): OwnResolvConf {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-etc-'));
  const file = join(folder, 'resolv.conf');
  writeFileSync(file, text);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // Root needs no user namespace, in which it could not read what belongs to others.
  const namespaces = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  const through = ['unshare', ...namespaces, '/bin/sh', '-c', script, 'sh', file];
  const [command = '', ...args] = [...through, 'cat', '/etc/resolv.conf'];
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (stdout === text) return { through, remove };
  remove();
  const why = (error?.message ?? stderr).trim();
  throw new Error(
    `cannot give a process its own /etc/resolv.conf (${why}). It takes Linux with unshare and mount (util-linux); root needs CAP_SYS_ADMIN, others user namespaces (sysctl user.max_user_namespaces > 0, kernel.apparmor_restrict_unprivileged_userns=0)`,
  );
}
