// A stand-in for AWS KMS and S3: moto's server. Keys live in its memory; after a restart the same keys are made again.
import { randomBytes } from 'node:crypto';
import { freePort, removeFolder, runFolder, type ServerProcess, startProcess } from './process.ts';
import { fromPyPI, locate, type Progress, type Source } from './source.ts';

/** The program; exported so that one message can list what is missing for all servers. */
export const motoServer: Source = {
  what: 'moto_server 5.2 (KMS and S3)',
  variable: 'SIDEWARDEN_TEST_MOTO_SERVER',
  candidates: ['moto_server'],
  download: fromPyPI('moto[server]==5.2.1', 'bin/moto_server'),
  packages: ['python3', 'python3-venv'],
};

const host = '127.0.0.1';
const region = 'us-east-1';

export type KmsAddress = {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Another one after each start. */
  readonly pid: number;
  /** What the SDK needs to find it; the keys are made up, since the stand-in checks none. */
  readonly environment: Readonly<
    Record<'AWS_REGION' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_ENDPOINT_URL', string>
  >;
};

export type KmsKeys = {
  /** A new symmetric key, enabled. @returns its id; @param alias `alias/<name>` for it */
  createKey(alias?: string): Promise<string>;
  disableKey(keyId: string): Promise<void>;
  enableKey(keyId: string): Promise<void>;
  /** Its material is changed by itself, as is usual at AWS. */
  rotateKey(keyId: string): Promise<void>;
  scheduleDeletion(keyId: string): Promise<void>;
  /** As at AWS, the key is disabled afterwards. */
  cancelDeletion(keyId: string): Promise<void>;
};

export type KmsServer = KmsAddress &
  KmsKeys & {
    stop(): Promise<void>;
    /** On the same port, with the same keys in the same states. */
    start(): Promise<void>;
    restart(): Promise<void>;
    kill(): void;
    freeze(): void;
    thaw(): void;
    output(): string;
  };

type Key = { readonly seed: number; readonly alias: string | undefined; changes: string[] };

/** Starts it on a free port. */
export async function startKms({ progress }: { progress?: Progress } = {}): Promise<KmsServer> {
  const command = await locate(motoServer, progress);
  const port = await freePort();
  const url = `http://${host}:${port}`;
  const known = new Map<string, Key>();
  let folder = '';
  let server: ServerProcess;
  const start = async (): Promise<void> => {
    folder = await runFolder('kms');
    server = await startProcess({
      name: 'moto_server',
      command,
      args: ['-H', host, '-p', String(port)],
      folder,
      port,
      ready: async () => (await fetch(`${url}/moto-api/`)).ok,
      stopWithinMs: 2000,
    });
    for (const [keyId, key] of known) await makeKey(url, key, keyId);
  };
  const stop = async (): Promise<void> => {
    await server.stop();
    removeFolder(folder);
  };
  await start();
  return {
    host,
    port,
    url,
    get pid() {
      return server.pid;
    },
    environment: {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
      AWS_SECRET_ACCESS_KEY: randomBytes(30).toString('base64'),
      AWS_ENDPOINT_URL: url,
    },
    ...keysAt(url, known),
    stop,
    start,
    async restart() {
      await stop();
      await start();
    },
    kill: () => server.kill(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    output: () => server.output(),
  };
}

/** @param known is told of all that is made and done. */
export function keysAt(url: string, known = new Map<string, Key>()): KmsKeys {
  const change =
    (operation: string) =>
    async (keyId: string): Promise<void> => {
      await call(url, operation, keyRequest(operation, keyId));
      known.get(keyId)?.changes.push(operation);
    };
  return {
    async createKey(alias) {
      const key: Key = { seed: Math.floor(Math.random() * 2 ** 31), alias, changes: [] };
      const keyId = await makeKey(url, key);
      known.set(keyId, key);
      return keyId;
    },
    disableKey: change('DisableKey'),
    enableKey: change('EnableKey'),
    scheduleDeletion: change('ScheduleKeyDeletion'),
    rotateKey: change('EnableKeyRotation'),
    cancelDeletion: change('CancelKeyDeletion'),
  };
}

const keyRequest = (operation: string, KeyId: string) =>
  operation === 'ScheduleKeyDeletion' ? { KeyId, PendingWindowInDays: 7 } : { KeyId };

/** The stand-in draws ids from a random generator that can be seeded, so the same seed gives the same id again. */
async function makeKey(url: string, { seed, alias, changes }: Key, wanted?: string): Promise<string> {
  const draw = async (): Promise<string> => {
    await fetch(`${url}/moto-api/seed?a=${seed}`, { method: 'POST' });
    const answer = await call(url, 'CreateKey', { KeyUsage: 'ENCRYPT_DECRYPT', KeySpec: 'SYMMETRIC_DEFAULT' });
    return (answer as { KeyMetadata: { KeyId: string } }).KeyMetadata.KeyId;
  };
  let keyId = await draw();
  // Somebody else's request between the two draws a number as well.
  for (let again = 0; wanted !== undefined && keyId !== wanted && again < 50; again += 1) keyId = await draw();
  if (wanted !== undefined && keyId !== wanted) throw new Error(`the key came back as ${keyId} instead of ${wanted}`);
  if (alias !== undefined) await call(url, 'CreateAlias', { AliasName: alias, TargetKeyId: keyId });
  for (const operation of changes) await call(url, operation, keyRequest(operation, keyId));
  return keyId;
}

async function call(url: string, operation: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${operation}`,
      // The stand-in finds service and region in it, and checks nothing.
      authorization: `AWS4-HMAC-SHA256 Credential=test/20200101/${region}/kms/aws4_request`,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
