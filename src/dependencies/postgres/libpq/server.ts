// One server of a connection string. Pure.
import { hostPort } from '../../../core/endpoint.ts';

/** One server. */
export type Server = {
  /** A name, an address, or the folder of a Unix socket (then it begins with `/`); empty when `hostaddr` alone is given. */
  readonly host: string;
  /** The address to connect to when not the host's. */
  readonly hostaddr?: string;
  readonly port: number;
};

/** The folder of a Unix socket, if this is one: as in libpq an address given beside it wins. */
export const isUnix = ({ host, hostaddr }: Server): boolean => hostaddr === undefined && host.startsWith('/');

/** For people: `db:5432`, `[::1]:5432`, `/run/postgresql:5432`. */
export const labelOf = ({ host, hostaddr, port }: Server): string =>
  hostPort({ host: host === '' ? (hostaddr ?? '') : host, port });
