// Why the credential chain found nothing: what is wrong with the variables that it goes by, and with their files.
import { readFileSync } from 'node:fs';
import { loadSharedConfigFiles } from '@smithy/core/config';
import type { DependencyClass } from '../../core/failure.ts';
import { problemAsItIs, problemBesideMark } from '../../core/secret-text.ts';
import { plainUrl, readUrl } from '../../core/url.ts';
import type { AwsCredentials } from './credentials.ts';
import { endpointProblem } from './endpoint-url.ts';
import { type Environment, endpointVariable, type Section, wrongEndpoint } from './endpoints.ts';

export type Mistake = {
  /** Names the variable, and how to fix it; nothing of a secret. */
  readonly message: string;
  /** Of a mistake with which the chain cannot have gone on, whatever it says: what it is. */
  readonly errorClass?: DependencyClass;
};

/** Those with which it cannot have gone on, else all, in the order in which the chain asks. Never rejects. */
export async function mistakesIn(environment: Environment): Promise<readonly Mistake[]> {
  const all = [
    ...keyMistakes(environment),
    ...(await profileMistakes(environment)),
    ...webIdentityMistakes(environment),
    ...containerMistakes(environment),
    ...metadataMistakes(environment),
  ];
  const certain = all.filter(({ errorClass }) => errorClass !== undefined);
  return certain.length > 0 ? certain : all;
}

export const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

function keyMistakes(environment: Environment): Mistake[] {
  const missing = keys.filter((name) => !environment[name]);
  if (missing.length === 2) return [];
  if (environment.AWS_PROFILE) {
    return [{ message: 'AWS_PROFILE is set, so the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not used' }];
  }
  return missing.map((name) => ({ message: `${absent(environment, name)}, but ${other(name)} is set: set both` }));
}

const other = (name: string): string => keys.find((one) => one !== name) ?? '';
const absent = (environment: Environment, name: string): string =>
  `${name} is ${environment[name] === '' ? 'empty' : 'not set'}`;

/** The SDK passes over a file that it cannot read. It drops a byte-order mark of these. A path that begins with ~/ is left to it. */
export const fileMistakes = (environment: Environment): Mistake[] =>
  (['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'] as const).flatMap((name) => {
    const file = environment[name];
    return file && !file.startsWith('~/') ? unreadable(name, file, problemBesideMark) : [];
  });

async function profileMistakes(environment: Environment): Promise<Mistake[]> {
  const found = fileMistakes(environment);
  const { AWS_PROFILE: named, AWS_SHARED_CREDENTIALS_FILE: file } = environment;
  if (!named && !file) return found;
  const profile = named || 'default';
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  if (Object.hasOwn(configFile, profile) || Object.hasOwn(credentialsFile, profile)) return found;
  if (!named && found.some(({ message }) => message.startsWith('AWS_SHARED'))) return found;
  if (!named)
    return [...found, { message: `AWS_SHARED_CREDENTIALS_FILE: ${inOneLine(file ?? '')} has no profile [default]` }];
  const sections = `[profile ${profile}] in the configuration file, [${profile}] in the credentials file`;
  return [...found, { message: `AWS_PROFILE names a profile that no file has (${inOneLine(sections)})` }];
}

const arnOfRole = /^arn:[\w-]+:iam::\d{12}:role\/\S+$/;

export function webIdentityMistakes(environment: Environment): Mistake[] {
  const { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role } = environment;
  if (!file && !role) return [];
  if (!file) return [{ message: `${absent(environment, 'AWS_WEB_IDENTITY_TOKEN_FILE')}, but AWS_ROLE_ARN is set` }];
  if (!role) return [{ message: `${absent(environment, 'AWS_ROLE_ARN')}, but AWS_WEB_IDENTITY_TOKEN_FILE is set` }];
  const problem = wrongEndpoint(endpointVariable('STS', environment));
  const isArn = arnOfRole.test(role);
  return [
    ...tokenFileMistakes('AWS_WEB_IDENTITY_TOKEN_FILE', file),
    ...(isArn ? [] : [{ message: 'AWS_ROLE_ARN is no ARN of a role, such as arn:aws:iam::111122223333:role/shop' }]),
    ...(problem ? [{ message: problem, errorClass: 'misconfig' as const }] : []),
  ];
}

/** Of one whose text is sent as it is. @param name of the variable or the line of the profile. */
export const tokenFileMistakes = (name: string, file: string): Mistake[] =>
  unreadable(name, file, problemAsItIs, 'auth', 'is the token of the service account mounted?');

/** Where the SDK asks without TLS. */
const nearHosts = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|169\.254\.170\.(2|23)|\[fd00:ec2::23\])$/;

export function containerMistakes(environment: Environment): Mistake[] {
  const {
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: full,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
  } = environment;
  if (!relative && !full) return [];
  const problem = relative ? relativeProblem(relative) : fullProblem(full ?? '');
  const name = `AWS_CONTAINER_CREDENTIALS_${relative ? 'RELATIVE' : 'FULL'}_URI`;
  const messages = problem === undefined ? [] : [`${name} ${problem}`];
  if (file) {
    const found = tokenFileMistakes('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', file);
    if (found.length > 0) return [...messages.map(fatal), ...found];
    const blemish = headerBlemish(readFileSync(file, 'utf8'));
    if (blemish !== undefined) messages.push(`AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: ${file} ${blemish}`);
  } else if (token) {
    const blemish = headerBlemish(token);
    if (blemish !== undefined) messages.push(`AWS_CONTAINER_AUTHORIZATION_TOKEN ${blemish}`);
  }
  return messages.map(fatal);
}

const fatal = (message: string): Mistake => ({ message, errorClass: 'auth' });

const relativeProblem = (text: string): string | undefined =>
  text.startsWith('/') && URL.canParse(`http://169.254.170.2${text}`) ? undefined : 'must be a path that begins with /';

function fullProblem(text: string): string | undefined {
  const problem = endpointProblem(text, { query: true });
  const read = readUrl(text, { schemes: ['https', 'http'], query: true });
  if (problem !== undefined || 'problem' in read) return problem;
  const { protocol, hostname } = plainUrl(read.url);
  if (protocol === 'https:' || nearHosts.test(hostname)) return undefined;
  return 'must begin with https://, unless it is of this machine or of the agents of ECS and EKS';
}

/** @param profile that is selected. */
export function metadataMistakes(environment: Environment, profile: Section = {}): Mistake[] {
  const { AWS_EC2_METADATA_DISABLED: disabled, AWS_EC2_METADATA_SERVICE_ENDPOINT: variable } = environment;
  const endpoint = variable || profile.ec2_metadata_service_endpoint;
  if (!endpoint || (disabled && disabled !== 'false')) return [];
  const problem = endpointProblem(endpoint);
  const from = variable ? 'AWS_EC2_METADATA_SERVICE_ENDPOINT' : 'ec2_metadata_service_endpoint of the profile';
  return problem ? [fatal(`${from} ${problem}`)] : [];
}

/** Nothing for a file that the SDK can read. @param hint for one that is absent or empty. */
function unreadable(
  name: string,
  file: string,
  problemOf: (bytes: Uint8Array) => string | undefined,
  errorClass?: DependencyClass,
  hint?: string,
): Mistake[] {
  const found = (what: string, more = hint): Mistake[] => [
    { message: `${name}: ${what}${more ? `; ${more}` : ''}`, ...(errorClass && { errorClass }) },
  ];
  try {
    const bytes = readFileSync(file);
    const problem = problemOf(bytes);
    if (problem === undefined) return [];
    return found(`${inOneLine(file)} ${problem}`, bytes.length === 0 ? hint : '');
  } catch (error) {
    return found(`cannot read ${inOneLine(file)}: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
  }
}

const inOneLine = (text: string): string => text.replace(/\s+/g, ' ');

const parts = [
  ['accessKeyId', 'AWS_ACCESS_KEY_ID', 'access key id'],
  ['secretAccessKey', 'AWS_SECRET_ACCESS_KEY', 'secret access key'],
  ['sessionToken', 'AWS_SESSION_TOKEN', 'session token'],
] as const;

/** What is wrong with credentials that were found, so that no server can accept them; names where they come from. Pure. */
export function credentialsProblem(found: AwsCredentials, environment: Environment): string | undefined {
  for (const [part, variable, words] of parts) {
    const text = found[part];
    if (text === undefined) continue;
    const blemish = part === 'secretAccessKey' ? edgeBlemish(text) : (edgeBlemish(text) ?? headerBlemish(text));
    if (blemish === undefined) continue;
    return `${environment[variable] === text ? variable : `the ${words} that was found`} ${blemish}`;
  }
  return undefined;
}

/** As `echo key | base64` and files that are copied leave them. */
function edgeBlemish(text: string): string | undefined {
  if (/[\r\n]$/.test(text)) return 'ends with a line break: write it without one, as printf does and echo does not';
  if (/^\s|\s$/.test(text)) return 'begins or ends with a space: take it away';
  if (/^(["']).*\1$/s.test(text)) return 'stands in quotation marks: take them away';
  return /\p{Cc}/u.test(text) ? 'holds a line break or another control character: copy it again' : undefined;
}

function headerBlemish(text: string): string | undefined {
  if (/[\r\n]$/.test(text)) return edgeBlemish(text);
  return /[^\t\x20-\x7e\x80-\xff]/.test(text)
    ? 'holds a character that no HTTP header may hold: copy it again'
    : undefined;
}
