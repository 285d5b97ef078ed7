// What network and TLS errors mean, wherever in an error they are, and which of them are our own want.
import { describe, expect, test } from 'vitest';
import { classifyTransport, codeOf, Failure, isOwnExhaustion } from '../../src/core/failure.ts';

const coded = (code: unknown, options?: ErrorOptions) => Object.assign(new Error('x', options), { code });
/** The error inside so many others. */
const within = (depth: number, error: unknown): unknown =>
  depth === 0 ? error : within(depth - 1, new Error('outer', { cause: error }));

describe('the class of an error', () => {
  test.each([
    ['EAI_AGAIN', 'dns'],
    ['ECONNRESET', 'refused'],
    ['ETIMEDOUT', 'timeout'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['UNSPECIFIED', 'tls'],
    ['EE_KEY_TOO_SMALL', 'tls'],
    ['CA_MD_TOO_WEAK', 'tls'],
    ['CRL_HAS_EXPIRED', 'tls'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['ERR_OSSL_EVP_UNSUPPORTED', 'tls'],
    ['ERR_INVALID_ARG_TYPE', undefined],
    ['42P01', undefined],
    [undefined, undefined],
    [111, undefined],
  ])('with the code %s is %s', (code, errorClass) => expect(classifyTransport(coded(code))).toBe(errorClass));

  test.each([undefined, null, 'ECONNREFUSED', 7])('what is no error has none: %s', (thrown) => {
    expect(classifyTransport(thrown)).toBeUndefined();
    expect(isOwnExhaustion(thrown)).toBe(false);
    expect(codeOf(thrown)).toBeUndefined();
  });
  test('a Failure says it itself, whatever caused it', () => {
    expect(classifyTransport(new Failure('auth', 'x', { cause: coded('ECONNREFUSED') }))).toBe('auth');
  });
  test('is that of its cause, and of the first of several that has one', () => {
    expect(classifyTransport(coded('P1001', { cause: coded('ECONNREFUSED') }))).toBe('refused');
    const parts = [coded('E_OTHER'), coded('EHOSTUNREACH'), coded('ETIMEDOUT')];
    expect(classifyTransport(new AggregateError(parts))).toBe('refused');
  });
  test('is looked for four causes deep', () => {
    expect(classifyTransport(within(4, coded('ECONNREFUSED')))).toBe('refused');
    expect(classifyTransport(within(5, coded('ECONNREFUSED')))).toBeUndefined();
  });
});

describe('our own want of descriptors or memory', () => {
  test.each(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS'])('%s, at any depth', (code) => {
    expect(isOwnExhaustion(coded(code))).toBe(true);
    expect(isOwnExhaustion(new AggregateError([coded('ECONNREFUSED'), coded(code)]))).toBe(true);
    expect(isOwnExhaustion(within(4, coded(code)))).toBe(true);
    expect(isOwnExhaustion(within(5, coded(code)))).toBe(false);
  });
  test('nothing else is', () => expect(isOwnExhaustion(within(1, coded('ECONNREFUSED')))).toBe(false));
});
