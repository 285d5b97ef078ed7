// What the errors of KMS, of STS and of the credential chain mean, by name: KMS answers throttling with status 400.
import { classifyTransport, type DependencyClass, Failure } from '../../core/failure.ts';
import type { Classified } from '../define.ts';
import { plainly } from '../tls-words.ts';
import type { Mistake } from './mistakes.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html and the errors of DescribeKey, Encrypt, Decrypt
const names: Record<DependencyClass, readonly string[]> = {
  throttled: [
    ...['ThrottlingException', 'Throttling', 'ThrottledException', 'RequestThrottled', 'RequestThrottledException'],
    ...['LimitExceededException', 'RequestLimitExceeded', 'TooManyRequestsException', 'SlowDown'],
  ],
  auth: [
    ...['UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidSignatureException', 'SignatureDoesNotMatch'],
    ...['IncompleteSignature', 'IncompleteSignatureException', 'MissingAuthenticationToken', 'AuthFailure'],
    ...['MissingAuthenticationTokenException', 'ExpiredTokenException', 'ExpiredToken', 'RequestExpired'],
    ...['RequestTimeTooSkewed', 'RequestInTheFuture', 'InvalidIdentityToken', 'InvalidIdentityTokenException'],
    ...['IDPRejectedClaim', 'IDPRejectedClaimException', 'CredentialsProviderError', 'ProviderError'],
    ...['TokenProviderError', 'InstanceMetadataV1FallbackError'],
  ],
  permission: ['AccessDeniedException', 'AccessDenied', 'NotAuthorized', 'OptInRequired', 'UnauthorizedException'],
  misconfig: [
    ...['NotFoundException', 'DisabledException', 'KMSInvalidStateException', 'InvalidKeyUsageException'],
    ...['InvalidArnException', 'InvalidAliasNameException', 'ValidationException', 'ValidationError'],
    ...['IncorrectKeyException', 'RegionDisabledException'],
  ],
  server: [
    ...['KMSInternalException', 'InternalFailure', 'InternalError', 'InternalServerException', 'ServiceUnavailable'],
    ...['ServiceUnavailableException', 'DependencyTimeoutException', 'KeyUnavailableException'],
    ...['InvalidCiphertextException', 'UnknownOperationException', 'UnsupportedOperationException'],
  ],
  dns: [],
  refused: [],
  timeout: [],
  tls: [],
  capacity: [],
  starting: [],
  readonly: [],
};
const classes = new Map(
  (Object.entries(names) as [DependencyClass, readonly string[]][]).flatMap(([errorClass, list]) =>
    list.map((name) => [name, errorClass] as const),
  ),
);

type SdkError = { name?: unknown; code?: unknown; $metadata?: { httpStatusCode?: number }; $response?: unknown };

/** An answer came, and it is no success; otherwise nothing or not all of it came. */
export function isAnswer(error: unknown): boolean {
  if (error === null || typeof error !== 'object' || classifyTransport(error) !== undefined) return false;
  const { $metadata, $response } = error as SdkError;
  return $metadata?.httpStatusCode !== undefined || $response !== undefined;
}

/** undefined: not an error of AWS or its SDK. */
export function classify(error: unknown): Classified | undefined {
  if (error === null || typeof error !== 'object' || error instanceof Failure) return undefined;
  const { name, code } = error as SdkError;
  const known = typeof name === 'string' ? classes.get(name) : undefined;
  if (known !== undefined) return { errorClass: known };
  if (code === 'ERR_INVALID_URL') return { errorClass: 'misconfig' }; // AWS_ENDPOINT_URL that is no URL
  return isAnswer(error) ? { errorClass: classOfStatus(error as SdkError) } : undefined;
}

const statusOf = ({ $metadata, $response }: SdkError): number | undefined =>
  $metadata?.httpStatusCode ?? ($response as { statusCode?: number } | undefined)?.statusCode;

function classOfStatus(error: SdkError): DependencyClass {
  const status = statusOf(error);
  if (status === 429) return 'throttled';
  return status === 401 || status === 403 ? 'permission' : 'server';
}

/** The chain's own last word. */
const saysNothing = /Could not load credentials from any providers/;

/** Of a file that cannot be read: it is one that should hold credentials, and nobody refused a connection. */
const isOfFile = (error: unknown): boolean =>
  ['open', 'read', 'stat', 'lstat', 'scandir'].includes((error as { syscall?: string } | undefined)?.syscall ?? '');

/**
 * The credential chain said no, or stumbled: its own class, else `auth`. Never what a program or file put out.
 * @param error undefined where the chain was not asked, for its mistakes.
 */
export function credentialFailure(
  error: unknown,
  secrets: readonly string[],
  mistakes: readonly Mistake[] = [],
): Failure {
  const [first] = mistakes;
  const certain = first?.errorClass;
  const ofFile = isOfFile(error) ? 'auth' : undefined;
  const errorClass = certain ?? ofFile ?? classify(error)?.errorClass ?? classifyTransport(error) ?? 'auth';
  const hint = 'see AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_WEB_IDENTITY_TOKEN_FILE or the role of this pod or machine';
  const said = textOf(error, secrets);
  const says = first === undefined || isAnswer(error) || (certain === undefined && !saysNothing.test(said));
  const reasons = [...mistakes.map(({ message }) => message), ...(says ? [said] : []), ...(first ? [] : [hint])];
  return new Failure(errorClass, `no AWS credentials: ${reasons.join('; ')}`);
}

/** What the SDK says of settings before it sends anything, and where they are. */
const ofSettings: readonly (readonly [RegExp, string])[] = [
  [/^Invalid parameter for "defaultsMode"/, 'see AWS_DEFAULTS_MODE, and defaults_mode of the profile'],
  [
    /^Invalid Configuration: /,
    'see AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT and the profile',
  ],
];

/** A setting of the SDK is wrong: what to look at. Any other error is given back as it came. */
export function explainSettings(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const where = ofSettings.find(([pattern]) => pattern.test(error.message))?.[1];
  return where === undefined ? error : new Failure('misconfig', `${error.message}: ${where}`);
}

/** What a refused call means. Without `cause`: the SDK's error holds the response and, through it, the signed request. */
export function refusal(operation: string, error: unknown, secrets: readonly string[]): Failure {
  const errorClass = classify(error)?.errorClass ?? 'server';
  const status = statusOf(error as SdkError);
  const text = `${operation}: status ${status ?? 'unknown'}, ${textOf(error, secrets)}${clockHint(error)}`;
  return new Failure(errorClass, text);
}

function textOf(error: unknown, secrets: readonly string[]): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // JSON.parse quotes what it read, and a failed program its command line: either can hold a secret.
  if (name === 'SyntaxError') return 'the answer is not JSON';
  if (message.startsWith('Command failed')) return 'the credential_process failed';
  const words = plainly(error, 'AWS_CA_BUNDLE');
  const line = words === message ? `${name}: ${message.split('\n')[0]}` : words;
  return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line);
}

const clockHint = (error: unknown): string =>
  error instanceof Error && /signature (expired|not yet current)|too skewed|in the future/i.test(error.message)
    ? ' (is the clock of this machine right?)'
    : '';
