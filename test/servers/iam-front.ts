// What RDS and ElastiCache put before their servers: TLS, and a log-in that takes a token of AWS IAM instead of a
// password. Whoever passes is handed on to the real server.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Address } from '../contract/rig.ts';
import type { Pair } from './certificates.ts';
import { type Keys, refusalOf, type Wanted } from './iam-token.ts';

export type IamFront = Address & {
  /** All that was ever presented, in order, good or bad. */
  readonly tokens: readonly string[];
  /** Why the last one was refused. */
  refusal(): string | undefined;
  /** Ends the connections that are open. */
  cut(): void;
  stop(): Promise<void>;
};

export type IamFrontOptions = {
  readonly server: Address;
  readonly certificate: Pair;
  /** The endpoint's name at AWS. */
  readonly name: string;
  readonly region: string;
  readonly user: string;
  /** Read at each log-in. */
  readonly keys: Keys;
};

type Visit = { readonly socket: Socket; readonly judge: (token: string) => string | undefined };

async function listen(
  { certificate, keys }: IamFrontOptions,
  wanted: (port: number) => Wanted,
  { secure, welcome }: { secure(socket: Socket): Promise<boolean>; welcome(visit: Visit): Promise<void> },
): Promise<IamFront> {
  const tokens: string[] = [];
  const open = new Set<Socket>();
  let refusal: string | undefined;
  const judge = (token: string): string | undefined => {
    tokens.push(token);
    refusal = refusalOf(token, wanted((server.address() as AddressInfo).port), keys);
    return refusal;
  };
  const tls = { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key), isServer: true };
  const visit = async (plain: Socket): Promise<void> => {
    if (!(await secure(plain))) return void plain.destroy();
    await welcome({ socket: new TLSSocket(plain, tls).on('error', () => plain.destroy()), judge });
  };
  const server: Server = createServer((plain) => {
    open.add(plain.on('error', () => {}).on('close', () => open.delete(plain)));
    visit(plain).catch(() => plain.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    tokens,
    refusal: () => refusal,
    cut,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

/** The next chunk; messages of a log-in come whole. */
const next = async (socket: Socket): Promise<Buffer> => ((await once(socket, 'data')) as [Buffer])[0];

/** To the real server, which has had these bytes already. Either end ends the other. */
async function handOn(socket: Socket, server: Address, first: Buffer, skip: (socket: Socket) => Promise<void>) {
  const onward = connect(server.port, server.host);
  onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  socket.on('close', () => onward.destroy());
  onward.write(first);
  await skip(onward);
  socket.pipe(onward).pipe(socket);
}

/** RDS asks for the token in clear, inside of TLS. The real server has to trust us (pg_hba.conf). */
export function startRdsFront(options: IamFrontOptions): Promise<IamFront> {
  const { region, user, name, server } = options;
  const wanted = (port: number): Wanted => ({
    service: 'rds-db',
    region,
    host: `${name}:${port}`,
    query: { Action: 'connect', DBUser: user },
  });
  return listen(options, wanted, {
    // https://www.postgresql.org/docs/current/protocol-message-formats.html: SSLRequest
    async secure(socket) {
      if ((await next(socket)).readInt32BE(4) !== 80_877_103) return false;
      socket.write('S');
      return true;
    },
    async welcome({ socket, judge }) {
      const startup = await next(socket);
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])); // AuthenticationCleartextPassword
      const refusal = judge((await next(socket)).subarray(5, -1).toString());
      if (refusal !== undefined) {
        const fields = `SFATAL\0VFATAL\0C28000\0MPAM authentication failed for user "${user}"\0\0`;
        const length = Buffer.alloc(4);
        length.writeInt32BE(fields.length + 4);
        return void socket.end(Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)]));
      }
      await handOn(socket, server, startup, async () => {});
    },
  });
}

/** The first command must be AUTH. The real server's own password is known to us alone. */
export function startElastiCacheFront(
  options: IamFrontOptions & { readonly server: Address & { readonly password: string }; readonly serverless: boolean },
): Promise<IamFront> {
  const { region, user, name, server, serverless } = options;
  const query = { Action: 'connect', User: user, ...(serverless ? { ResourceType: 'ServerlessCache' } : {}) };
  return listen(options, () => ({ service: 'elasticache', region, host: name, query }), {
    secure: async () => true,
    async welcome({ socket, judge }) {
      // https://redis.io/docs/latest/develop/reference/protocol-spec/: *3, then each argument behind its length
      const [, , command, , asked, , token = ''] = (await next(socket)).toString().split('\r\n');
      if (command?.toUpperCase() !== 'AUTH') return void socket.end('-NOAUTH Authentication required.\r\n');
      if (asked !== user || judge(token) !== undefined) {
        return void socket.end('-WRONGPASS invalid username-password pair or user is disabled.\r\n');
      }
      await handOn(socket, server, Buffer.from(`AUTH ${server.password}\r\n`), async () => {});
    },
  });
}
