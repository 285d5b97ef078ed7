// AWS credentials by the SDK's standard chain: environment, profile files, web identity, container, instance metadata.
// https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { loadConfig } from '@smithy/core/config';
import { Failure } from '../../core/failure.ts';
import type { Attempt } from '../define.ts';
import { lookupWithin } from '../lookup.ts';
import { createAgents } from './agents.ts';
import { mistakesBefore } from './beforehand.ts';
import type { AwsCredentials } from './credentials.ts';
import { credentialFailure } from './errors.ts';
import { haveHome } from './home.ts';
import { createLookups, type Lookups } from './lookups.ts';
import { credentialsProblem, fileMistakes, mistakesIn } from './mistakes.ts';
import { regionProblem } from './region.ts';

// The SDK would write to the console. ignoreCache: profile files are read again each time, so that a rotation is seen.
const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
export const chainOptions = { logger: quiet, ignoreCache: true };

/** Share of the time left that a lookup may take, so that it is heard before the run's own deadline. */
const ownShare = 0.8;
/** Instance metadata is asked twice before it is given up; both together stay below `ownShare`. */
const metadataShare = 0.3;

/**
 * @param provider the chain; what it opens belongs to `lookups`, which are cut when the signal aborts.
 * @throws Failure : `timeout` when the signal aborted, else what the chain said, without the secrets given; what is wrong
 * with the variables that it goes by comes first.
 */
export async function findCredentials(
  provider: () => Promise<AwsCredentials>,
  { lookups, signal, secrets }: { lookups: Lookups; signal: AbortSignal; secrets: readonly string[] },
): Promise<AwsCredentials> {
  haveHome();
  // The chain would send what is wrong, and ask a container again and again, a second apart, past the end of the run.
  const inVain = await mistakesBefore(process.env);
  if (inVain.length > 0) throw credentialFailure(undefined, secrets, inVain);
  let found: AwsCredentials;
  try {
    found = await untilAborted(lookups.run(provider), signal);
  } catch (error) {
    if (!signal.aborted) throw credentialFailure(error, secrets, await mistakesIn(process.env));
    lookups.cut();
    throw new Failure('timeout', 'the lookup of AWS credentials did not end: a silent metadata or token endpoint?');
  }
  const problem = credentialsProblem(found, process.env);
  if (problem !== undefined) throw new Failure('auth', `unusable AWS credentials: ${problem}`);
  return found;
}

/**
 * Credentials as they are now: a chain of its own, whose every connection is closed at the end.
 * @param region whose STS is asked when a role is assumed.
 * @throws Failure `misconfig` where a setting of the chain is wrong, `auth` whatever else it failed with, `timeout` when it
 * did not end in time.
 */
export async function credentialsNow(
  region: string,
  { signal, remainingMs }: Pick<Attempt, 'signal' | 'remainingMs'>,
): Promise<AwsCredentials> {
  const leftMs = remainingMs();
  const lookups = createLookups();
  const agents = createAgents(undefined, () => lookupWithin(remainingMs()));
  const provider = defaultProvider({
    ...chainOptions,
    timeout: Math.ceil(leftMs * metadataShare),
    maxRetries: 0, // our own schedule repeats
    clientConfig: { region, maxAttempts: 1, requestHandler: agents, logger: quiet },
  });
  const within = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(leftMs * ownShare))]);
  try {
    return await findCredentials(() => provider(), { lookups, signal: within, secrets: [] });
  } catch (error) {
    // That STS refuses or cannot be reached says nothing else of the server than that nobody can log in.
    const isOwn = error instanceof Failure && ['timeout', 'misconfig'].includes(error.errorClass);
    if (error instanceof Failure && !isOwn) throw new Failure('auth', error.message);
    throw error;
  } finally {
    lookups.cut();
    agents.destroy();
  }
}

/** AWS_REGION, else the profile's. @throws Failure `misconfig` */
export async function regionNow(): Promise<string> {
  haveHome();
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const find = loadConfig(
    {
      environmentVariableSelector: (environment) => environment.AWS_REGION,
      configFileSelector: (profile) => profile.region,
      default: '',
    },
    { ignoreCache: true, logger: quiet },
  );
  const region = await find();
  if (region === '' && AWS_REGION !== '') {
    const hints = fileMistakes(process.env).map(({ message }) => message);
    if (AWS_DEFAULT_REGION) hints.push('AWS_DEFAULT_REGION is not read by the AWS SDK');
    const hint = hints.map((one) => `; ${one}`).join('');
    throw new Failure('misconfig', `no AWS region: set AWS_REGION, or region in the check${hint}`);
  }
  judgeRegion(region);
  return region;
}

/** @param region that AWS_REGION or else the profile gave. @throws Failure `misconfig` */
export function judgeRegion(region: string): void {
  const problem = regionProblem(region);
  const from = process.env.AWS_REGION === region ? 'AWS_REGION' : 'region of the AWS profile';
  if (problem !== undefined) throw new Failure('misconfig', `${from} ${problem}`);
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
