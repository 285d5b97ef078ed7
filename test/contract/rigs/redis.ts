// Redis for the contract suite: one server of its own, and one that speaks TLS.
import { makeCertificates } from '../../servers/certificates.ts';
import { removeFolder, runFolder } from '../../servers/process.ts';
import { startRedis } from '../../servers/redis.ts';
import { crowd } from '../../servers/redis-crowd.ts';
import type { Broken, Settings, StartRig } from '../rig.ts';

const secret = 'p@ss:w/rd%41';

export const startRig: StartRig = async () => {
  const folder = await runFolder('redis-rig');
  const files = await makeCertificates(folder);
  const acl = [`probe on >${secret} ~sidewarden:* +ping +role +set`, `mute on >${secret} -@all`];
  const server = await startRedis({ acl });
  const secure = await startRedis({ tls: files });
  const { host, port } = server;
  const url = (user: string, at = { host, port }): string =>
    `redis://${user}:${encodeURIComponent(secret)}@${at.host}:${at.port}`;
  const common = { expect: 'primary', write: { interval: '1m' } };
  const settings: Settings = { ...common, url: url('probe') };

  /** Of the same settings on the same server, under one changed directive of its configuration. */
  const configured = async (name: string, value: string, usual: string): Promise<() => Promise<void>> => {
    await server.command('CONFIG', 'SET', name, value);
    return async () => void (await server.command('CONFIG', 'SET', name, usual));
  };
  const full = async (): Promise<Broken> => {
    await server.command('CONFIG', 'SET', 'maxclients', '8');
    const leave = await crowd(server);
    const undo = async (): Promise<void> => {
      leave();
      await server.until((answer) => answer === 'OK', 'CONFIG', 'SET', 'maxclients', '1000');
    };
    return { settings, errorClass: 'capacity', phase: 'connect', undo };
  };
  const demoted = async (): Promise<Broken> => {
    await server.command('REPLICAOF', secure.host, String(secure.port));
    const undo = async (): Promise<void> => void (await server.command('REPLICAOF', 'NO', 'ONE'));
    return { settings, errorClass: 'readonly', phase: 'role', undo };
  };
  const loading = async (): Promise<Broken> => {
    await server.restartLoading();
    return { settings, errorClass: 'starting', phase: 'ping', undo: () => server.finishLoading() };
  };

  return {
    settings,
    server: { host, port },
    overTls: async () => ({ settings: { ...common, url: secure.url, tls: { ca_file: files.ca } }, cert: files.cert }),
    via: (address) => ({ ...settings, url: url('probe', address) }),
    phases: {
      connect: full,
      auth: async () => ({ settings: { ...settings, password: 'not-this-one' }, errorClass: 'auth', phase: 'auth' }),
      ping: async () => ({ settings: { ...settings, url: url('mute') }, errorClass: 'permission', phase: 'ping' }),
      role: demoted,
      write: async () => {
        const undo = await configured('maxmemory', '1', '0');
        return { settings, errorClass: 'server', phase: 'write', undo };
      },
    },
    classes: {
      tls: async () => ({
        settings: { ...common, url: secure.url, tls: { ca_file: files.otherCa } },
        errorClass: 'tls',
        phase: 'connect',
      }),
      starting: loading,
      misconfig: async () => ({
        settings: { ...settings, url: server.url, database: 99 },
        errorClass: 'misconfig',
        phase: 'auth',
      }),
    },
    restart: () => server.restart(),
    secrets: [secret, encodeURIComponent(secret), 'not-this-one', server.password, secure.password],
    async stop() {
      await Promise.all([server.remove(), secure.remove()]);
      removeFolder(folder);
    },
  };
};
