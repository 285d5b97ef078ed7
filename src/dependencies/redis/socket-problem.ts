// What is wrong with a Redis URL that means a Unix socket. No text repeats a part of it.
import { socketPathProblem } from '../../core/socket-path.ts';
import type { RedisUrl } from './url.ts';

const form = 'unix:// and the absolute path, as in unix:///run/redis.sock';

/** Said of what is no URL of the type, but a path. */
export const pathAsUrl = `is the path of a socket: write ${form}`;

/** @param url what the text was read as; undefined: it could not be. */
export function socketProblem(text: string, url: RedisUrl | undefined): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, pathname } = new URL(text);
  if (protocol !== 'unix:') {
    const isPath = /%2f/i.test(hostname) || (url === undefined && /^\/[^/]*(?:\/|\.sock)/i.test(pathname));
    return isPath ? `has the path of a socket behind ${protocol}//: write ${form}` : undefined;
  }
  if (hostname !== '' && hostname !== 'localhost') return `has a host behind unix://: write ${form}`;
  if (url === undefined || !('path' in url.endpoint)) return undefined;
  if (!/^\/+[^/]/.test(url.endpoint.path)) return `names no path: write ${form}`;
  return socketPathProblem(url.endpoint.path);
}
