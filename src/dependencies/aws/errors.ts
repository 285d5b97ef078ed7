// What the errors of KMS, of STS and of the credential chain mean, by name: KMS answers throttling with status 400.
import { classifyTransport, type DependencyClass, Failure } from '../../core/failure.ts';
import type { Classified } from '../define.ts';
import { plainly } from '../tls-words.ts';

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

/** The credential chain said no, or stumbled: its own class, else `auth`. Never what a program or file put out. */
export function credentialFailure(error: unknown, secrets: readonly string[]): Failure {
  const errorClass = classify(error)?.errorClass ?? classifyTransport(error) ?? 'auth';
  const hint = 'see AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_WEB_IDENTITY_TOKEN_FILE or the role of this pod or machine';
  return new Failure(errorClass, `no AWS credentials: ${textOf(error, secrets)}; ${hint}`);
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
