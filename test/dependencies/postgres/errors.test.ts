// Which class an error of the server, of PgBouncer or of the client library has. The real ones are in the contract.
import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { classify } from '../../../src/dependencies/postgres/errors.ts';
import { postgres } from '../../../src/dependencies/postgres/index.ts';

const fromServer = (code: string, message = 'something'): Error =>
  Object.assign(new DatabaseError(message, 1, 'error'), { code, severity: 'FATAL' });

test.each([
  ['28P01', 'auth'],
  ['28000', 'auth'],
  ['42501', 'permission'],
  ['53300', 'capacity'],
  ['57P03', 'starting'],
  ['25006', 'readonly'],
  ['3D000', 'misconfig'],
  ['57014', 'timeout'],
  ['57P01', 'refused'],
  ['57P02', 'refused'],
  ['53100', 'server'],
  ['XX000', 'server'],
])('SQLSTATE %s is %s', (code, errorClass) => {
  expect(classify(fromServer(code))).toEqual({ errorClass });
  expect(postgres.classes).toContain(errorClass);
});

test.each([
  ['no more connections allowed (max_client_conn)', 'capacity'],
  ['query_wait_timeout', 'timeout'],
  ['SASL authentication failed', 'auth'],
  ['no such database: shop', 'misconfig'],
  ['pgbouncer is shutting down', 'starting'],
  ['server login has been failing, try again later (server_login_retry)', 'server'],
])('PgBouncer’s “%s” is %s', (message, errorClass) => {
  expect(classify(fromServer('08P01', message))).toEqual({ errorClass });
});

test.each([
  [new Error('Connection terminated unexpectedly'), 'refused'],
  [new Error('Client has encountered a connection error and is not queryable'), 'refused'],
  [new Error('SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature does not match'), 'auth'],
])('the client’s “%s” is %s', (error, errorClass) => {
  expect(classify(error)).toEqual({ errorClass });
});

test('leaves the errors of others to others', () => {
  expect(classify(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toBeUndefined();
  expect(classify(new TypeError('a mistake of ours'))).toBeUndefined();
  expect(classify('text')).toBeUndefined();
});
