// Where a server's Unix socket is: in the folder that is given as the host, under a name that its port makes.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-HOST
import { socketPathProblem } from '../../../core/socket-path.ts';
import { isUnix, type Server } from './server.ts';

export const socketPath = ({ host, port }: Server): string => `${host}/.s.PGSQL.${port}`;

/** What is wrong with the folder, phrased to follow the setting's name; no part of it is repeated. */
export function socketProblem(server: Server): string | undefined {
  if (server.hostaddr !== undefined) return undefined;
  if (/(^|\/)\.s\.PGSQL\.\d+\/*$/.test(server.host)) {
    return 'names the file of a Unix socket as its host: give the folder of the file, and the number in its name as the port';
  }
  if (isUnix(server)) return socketPathProblem(socketPath(server));
  return server.host.includes('/')
    ? 'has a / in its host: the folder of a Unix socket begins with /, as in host=/var/run/postgresql'
    : undefined;
}
