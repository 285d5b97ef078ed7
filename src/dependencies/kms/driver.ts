// Runs the phases of `kms` with the AWS SDK; the only file that imports it.
import { randomBytes } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import {
  DecryptCommand,
  DescribeKeyCommand,
  type DescribeKeyCommandOutput,
  EncryptCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListKeyRotationsCommand,
} from '@aws-sdk/client-kms';
import { Failure } from '../../core/failure.ts';
import { createAgents } from '../aws/agents.ts';
import { capped } from '../aws/capped.ts';
import { chainOptions, findCredentials, judgeRegion, regionNow } from '../aws/chain.ts';
import { secretsOf } from '../aws/credentials.ts';
import { configuredEndpointProblem } from '../aws/endpoints.ts';
import { classify, explainSettings, isAnswer, refusal } from '../aws/errors.ts';
import { haveHome } from '../aws/home.ts';
import { createLookups } from '../aws/lookups.ts';
import type { Attempt, Driver, Session } from '../define.ts';
import { lookup, lookupWithin } from '../lookup.ts';
import type { Limits, Reader } from '../statistics.ts';
import { createReader, type Outcome } from './reader.ts';
import { type KmsSettings, regionOf } from './settings.ts';
import type { KmsSource } from './statistics/source.ts';
import { createTally } from './tally.ts';

type Phase = 'credentials' | 'connect' | 'key' | 'round_trip';
type KmsAttempt = Attempt<Phase>;
type Call<T> = (client: KMSClient, options: { abortSignal: AbortSignal }) => Promise<T>;

export interface KmsSession extends Session {
  /** Region and credentials are found, or this rejects; at the latest at the deadline. */
  findCredentials(limits: Limits): Promise<void>;
  /** Resolves once KMS answered, to what gives the result or throws the refusal; rejects when no answer came. Counts it. */
  ask<T>(operation: string, call: Call<T>, limits: Limits): Promise<Outcome<T>>;
  /** Of the connection in use. */
  readonly certificateEnds: Date | undefined;
  /** @throws when nothing says one. */
  region(): Promise<string>;
}

function createSession(settings: KmsSettings): KmsSession {
  haveHome();
  const cut = new AbortController();
  const lookups = createLookups();
  let currentLookup: LookupFunction = lookup;
  let secrets: readonly string[] = [];
  const agents = createAgents(settings.tls, () => currentLookup);
  const region = regionOf(settings);
  const client = new KMSClient({
    ...chainOptions,
    ...(region === undefined ? {} : { region }),
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    maxAttempts: 1, // our own schedule repeats
    requestHandler: agents,
  });
  capAnswers(client);
  const destroy = (): void => {
    if (cut.signal.aborted) return;
    cut.abort();
    lookups.cut();
    agents.destroy();
    client.destroy();
  };
  return {
    get closed() {
      return cut.signal.aborted;
    },
    get certificateEnds() {
      return agents.certificateEnds;
    },
    region: client.config.region,
    destroy,
    async findCredentials(limits) {
      currentLookup = lookupWithin(limits.remainingMs());
      if (region === undefined) await findRegion(client);
      const signal = AbortSignal.any([limits.signal, cut.signal]);
      try {
        const found = await findCredentials(() => client.config.credentials(), { lookups, signal, secrets });
        secrets = secretsOf(found);
      } catch (error) {
        if (signal.aborted) destroy(); // the chain would go on waiting, and make every later lookup wait with it
        throw error;
      }
    },
    async ask(operation, call, limits) {
      const abortSignal = AbortSignal.any([limits.signal, cut.signal]);
      currentLookup = lookupWithin(limits.remainingMs());
      if (settings.endpoint === undefined) await judgeEndpoint();
      const reused = agents.idle();
      const tally = createTally(operation, limits);
      const once = () => tally.attempt(() => call(client, { abortSignal }));
      try {
        // An idle connection that the server closes while we write is no failure: https://nodejs.org/api/http.html#requestreusedsocket
        const result = await once().catch((error) => (reused && isReset(error) ? once() : Promise.reject(error)));
        tally.succeeded();
        return () => result;
      } catch (error) {
        tally.failed(error);
        if (!isAnswer(error)) throw explainSettings(error);
        const failure = refusal(operation, error, secrets);
        return () => {
          throw failure;
        };
      }
    },
  };
}

function capAnswers(client: KMSClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const output = await next(args);
      const response = output.response as { body?: unknown };
      response.body = capped(response.body);
      return output;
    },
    { step: 'deserialize', priority: 'low' }, // next to the wire
  );
}

async function probe(session: KmsSession, settings: KmsSettings, attempt: KmsAttempt): Promise<void> {
  const { key_id: KeyId, round_trip } = settings;
  await attempt.phase('credentials', () => session.findCredentials(attempt));
  const answer = await attempt.phase('connect', () => describeKey(session, KeyId, attempt));
  attempt.expires('server_certificate', session.certificateEnds);
  await attempt.phase('key', async () => judgeKey(answer(), round_trip !== undefined));
  if (round_trip === undefined) return;
  await attempt.rest('round_trip', round_trip.interval, () => roundTrip(session, KeyId, round_trip.context, attempt));
}

const describeKey = (session: KmsSession, KeyId: string, limits: Limits): Promise<Outcome<DescribeKeyCommandOutput>> =>
  session.ask('DescribeKey', (client, options) => client.send(new DescribeKeyCommand({ KeyId }), options), limits);

/** @throws Failure `misconfig` unless the key can be used now. Updating: a multi-Region key changes its primary, and works. */
function judgeKey(answer: DescribeKeyCommandOutput, forRoundTrip: boolean): void {
  const { KeyState = 'unknown', DeletionDate, ...kind } = metadataOf(answer);
  const { KeyUsage = 'ENCRYPT_DECRYPT', KeySpec = 'SYMMETRIC_DEFAULT' } = kind;
  // https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
  if (KeyState !== 'Enabled' && KeyState !== 'Updating') {
    const when = DeletionDate === undefined ? '' : `, to be deleted at ${DeletionDate.toISOString()}`;
    throw new Failure('misconfig', `the key's state is ${KeyState}${when}`);
  }
  if (forRoundTrip && (KeyUsage !== 'ENCRYPT_DECRYPT' || KeySpec !== 'SYMMETRIC_DEFAULT')) {
    throw new Failure('misconfig', `round_trip needs a symmetric encryption key, this is ${KeySpec} for ${KeyUsage}`);
  }
}

function metadataOf({ KeyMetadata }: DescribeKeyCommandOutput): NonNullable<DescribeKeyCommandOutput['KeyMetadata']> {
  if (KeyMetadata === undefined) throw new Failure('server', 'DescribeKey: the answer describes no key');
  return KeyMetadata;
}

/** @throws Failure `server` when other bytes come back. */
async function roundTrip(
  session: KmsSession,
  KeyId: string,
  EncryptionContext: Record<string, string>,
  attempt: KmsAttempt,
): Promise<void> {
  const Plaintext = randomBytes(16);
  const encrypt = new EncryptCommand({ KeyId, Plaintext, EncryptionContext });
  const encrypted = await session.ask('Encrypt', (client, options) => client.send(encrypt, options), attempt);
  const decrypt = new DecryptCommand({ KeyId, CiphertextBlob: encrypted().CiphertextBlob, EncryptionContext });
  const decrypted = await session.ask('Decrypt', (client, options) => client.send(decrypt, options), attempt);
  if (!Plaintext.equals(decrypted().Plaintext ?? new Uint8Array())) {
    throw new Failure('server', 'Decrypt: other bytes came back than were encrypted');
  }
}

/** AWS_REGION, the profile's, or that of the machine. @throws Failure `misconfig` */
async function findRegion(client: KMSClient): Promise<void> {
  // What is wrong with the first two is said better than by the SDK; where they are good, it took that of the machine.
  const region = await client.config.region().catch(regionNow);
  judgeRegion(region);
}

/** Of the client's own lookup the SDK shows nothing. @throws Failure `misconfig` */
async function judgeEndpoint(): Promise<void> {
  const problem = await configuredEndpointProblem('KMS', chainOptions);
  if (problem !== undefined) throw new Failure('misconfig', problem);
}

const isReset = (error: unknown): boolean =>
  ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException)?.code ?? '');

function reader(settings: KmsSettings): Reader<KmsSource> {
  const session = createSession(settings);
  const { key_id } = settings;
  return createReader(settings, {
    session,
    async describeKey(limits) {
      const answer = await describeKey(session, key_id, limits);
      return () => metadataOf(answer());
    },
    rotationStatus: (KeyId, limits) =>
      session.ask(
        'GetKeyRotationStatus',
        (client, options) => client.send(new GetKeyRotationStatusCommand({ KeyId }), options),
        limits,
      ),
    rotations: (KeyId, Marker, limits) =>
      session.ask(
        'ListKeyRotations',
        (client, options) => client.send(new ListKeyRotationsCommand({ KeyId, Marker, Limit: 1000 }), options),
        limits,
      ),
  });
}

/** Reached through the definition's `load`. */
export const driver: Driver<KmsSettings, Phase, KmsSession, KmsSource> = {
  session: createSession,
  probe,
  classify,
  reader,
};
