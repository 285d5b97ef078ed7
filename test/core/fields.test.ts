// The fields that several types share: what TLS accepts unless it is told otherwise.
import { expect, test } from 'vitest';
import { tls } from '../../src/core/fields.ts';

test('TLS verifies the certificate unless it is told not to', () => {
  expect(tls().parse({})).toEqual({ insecure_skip_verify: false });
  expect(tls().parse({ insecure_skip_verify: true })).toEqual({ insecure_skip_verify: true });
});

test('a client certificate and its key go together', () => {
  expect(tls().safeParse({ cert_file: 'a', key_file: 'b' }).success).toBe(true);
  for (const half of [{ cert_file: 'a' }, { key_file: 'b' }]) expect(tls().safeParse(half).success).toBe(false);
});
