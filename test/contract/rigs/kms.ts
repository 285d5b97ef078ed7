// The contract suite's KMS: the stand-in behind the fault proxy, credentials in the environment as the SDK wants them.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from '../../servers/certificates.ts';
import { startKms } from '../../servers/kms.ts';
import { type Fault, startKmsFaults } from '../../servers/kms-faults.ts';
import { freePort } from '../../servers/process.ts';
import type { Address, Broken, Settings, StartRig } from '../rig.ts';

/** Sets variables of this process, or removes those given as undefined. @returns what puts the old ones back. */
export function setEnvironment(values: Readonly<Record<string, string | undefined>>): () => void {
  const set = (entries: readonly (readonly [string, string | undefined])[]): void => {
    for (const [name, value] of entries) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  set(Object.entries(values));
  return () => set(before);
}

/** Nothing of the machine's own AWS settings takes part. */
export const noAwsSettings = {
  AWS_PROFILE: undefined,
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_ENDPOINT_URL: undefined,
  AWS_ENDPOINT_URL_KMS: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_CA_BUNDLE: undefined,
  AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
  AWS_ROLE_ARN: undefined,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined,
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: undefined,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
};

export const startRig: StartRig = async () => {
  const kms = await startKms();
  const faults = await startKmsFaults(kms, { port: await freePort() });
  const folder = await mkdtemp(join(tmpdir(), 'sidewarden-kms-rig-'));
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = kms.environment;
  const AWS_SESSION_TOKEN = `session-token-${AWS_SECRET_ACCESS_KEY}`;
  const restoreEnvironment = setEnvironment({
    ...noAwsSettings,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN,
  });
  const key_id = await kms.createKey('alias/contract');
  const via = ({ host, port }: Address): Settings => ({
    key_id,
    region: 'us-east-1',
    endpoint: `http://${host}:${port}`,
    round_trip: { interval: '5m', context: { purpose: 'contract' } },
  });
  const settings = via(faults);

  const injected =
    (errorClass: Broken['errorClass'], phase: string, fault: Fault): (() => Promise<Broken>) =>
    async () => {
      const end = faults.inject(fault);
      return { settings, errorClass, phase, undo: async () => end() };
    };
  const secretInMessage = `The request signature does not match; token ${AWS_SESSION_TOKEN} of ${AWS_ACCESS_KEY_ID}`;

  const startSecure = async () => {
    const { cert, key, ca, otherCa } = await makeCertificates(folder);
    const pair = { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
    return { secure: await startKmsFaults(kms, { tls: pair }), cert, ca, otherCa };
  };

  return {
    settings,
    server: faults,
    via,
    async overTls() {
      const { secure, cert, ca } = await startSecure();
      const settings = { ...via(secure), endpoint: secure.url, tls: { ca_file: ca } };
      return { settings, cert, stop: () => secure.stop() };
    },
    phases: {
      async credentials() {
        const restore = setEnvironment({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
        return { settings, errorClass: 'auth', phase: 'credentials', undo: async () => restore() };
      },
      async connect() {
        const nobody = { host: '127.0.0.1', port: await freePort() };
        return { settings: via(nobody), errorClass: 'refused', phase: 'connect' };
      },
      async key() {
        await kms.disableKey(key_id);
        return { settings, errorClass: 'misconfig', phase: 'key', undo: () => kms.enableKey(key_id) };
      },
      round_trip: injected('permission', 'round_trip', { operation: 'Decrypt', error: 'AccessDeniedException' }),
    },
    classes: {
      auth: injected('auth', 'key', { error: 'InvalidSignatureException', message: secretInMessage }),
      permission: injected('permission', 'key', { operation: 'DescribeKey', error: 'AccessDeniedException' }),
      throttled: injected('throttled', 'key', { error: 'ThrottlingException' }),
      server: injected('server', 'key', { error: 'KMSInternalException' }),
      async misconfig() {
        const doomed = await kms.createKey();
        await kms.scheduleDeletion(doomed);
        return { settings: { ...settings, key_id: doomed }, errorClass: 'misconfig', phase: 'key' };
      },
      async tls() {
        const { secure, otherCa } = await startSecure();
        return {
          settings: { ...via(secure), endpoint: secure.url, tls: { ca_file: otherCa } },
          errorClass: 'tls',
          phase: 'connect',
          undo: () => secure.stop(),
        };
      },
    },
    async restart() {
      await faults.stop();
      await kms.restart();
      await faults.start();
    },
    secrets: [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN],
    async stop() {
      restoreEnvironment();
      await faults.stop();
      await kms.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
