// Paths of Unix sockets: how long the kernel takes them, and how to tell that one stands where a host should.

/** The kernel's 108 bytes, less the final zero: https://man7.org/linux/man-pages/man7/unix.7.html */
const longestSocketPath = 107;

/** @returns what is wrong, phrased to follow the setting's name; undefined for a path that the kernel takes. */
export function socketPathProblem(path: string): string | undefined {
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestSocketPath) return undefined;
  return `has a socket path of ${bytes} bytes, and the kernel takes at most ${longestSocketPath}: choose a shorter one`;
}

/** Whether somebody wrote a path, or a URL of one, where a host or an address belongs. */
export const isPathLike = (text: string): boolean =>
  /^(?:\.{0,2}\/|(?:[a-z]+[+-])?(?:unix|socket|sock|file):|https?:\/\/unix:\/)/i.test(text) ||
  // a URL without a host is one of a socket where its path is
  /^https?:\/\/\/(?:(?:var\/)?run\/|[^?#@]*\.sock(?:[/:?#]|$))/i.test(text) ||
  // its path as the host; in a user or password the same is a slash
  /^https?:\/\/(?:[^/?#]*@)?[^/?#@]*%2f[^/?#@]*(?:[/?#]|$)/i.test(text);

/** What to say of an address that can be no path. */
export const hostAndPort = (text: string): string =>
  isPathLike(text)
    ? 'is the path of a socket, and only host:port can stand here, such as db.example.com:5432'
    : (urlProblem(text) ?? portProblem(text) ?? 'must be host:port, such as db.example.com:5432 or [::1]:5432');

/** Of an address; undefined where it is no URL. */
export const urlProblem = (text: string): string | undefined =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? 'is a URL, and only host:port can stand here, such as shop.example.com:443'
    : undefined;

/** Of host:port; undefined where the port is not what is wrong. */
export function portProblem(text: string): string | undefined {
  const [, digits] = /^(?:\[[^\]]*\]|[^:/@\s]*):(\d+)$/.exec(text) ?? [];
  const isPort = digits === undefined || (Number(digits) > 0 && Number(digits) < 65_536);
  return isPort ? undefined : 'has a port that is no number from 1 to 65535';
}
