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
  ['client connections exceeded (max_user_client_connections)', 'capacity'],
  ['sorry, too many clients already', 'capacity'],
  ['remaining connection slots are reserved for roles with the SUPERUSER attribute', 'capacity'],
  ['too many connections for role "app"', 'capacity'],
  ['database "shop" does not exist', 'misconfig'],
  ['unsupported startup parameter: options', 'misconfig'],
  ['SSL required', 'tls'],
  ['password authentication failed for user "app"', 'auth'],
  ['role "app" does not exist', 'auth'],
  ['role "app" is not permitted to log in', 'auth'],
  ['no pg_hba.conf entry for host "10.0.0.9", user "app", database "shop", no encryption', 'auth'],
  ['permission denied for database "shop"', 'permission'],
  ['client_login_timeout (server down)', 'timeout'],
  ['query timeout', 'timeout'],
  ['the database system is in recovery mode', 'starting'],
  ['pooler is shutting down', 'starting'],
  ['database "shop" is disabled', 'starting'],
  ['server conn crashed?', 'refused'],
  ['admin forced disconnect', 'refused'],
  ['client_idle_timeout', 'refused'],
  ['server login has been failing, cached error: connect failed (server_login_retry)', 'refused'],
  ['server login has been failing, cached error: too many connections for role "app" (server_login_retry)', 'capacity'],
  ['server login has been failing, cached error: role "app" does not exist (server_login_retry)', 'auth'],
  ['bouncer config error', 'server'],
])('PgBouncer’s “%s” is %s', (message, errorClass) => {
  expect(classify(fromServer('08P01', message))).toEqual({ errorClass });
  expect(postgres.classes).toContain(errorClass);
});

test.each([
  ["Feature not supported: RDS Proxy currently doesn't support command-line options.", 'misconfig'],
  ['This RDS proxy has no credentials for the role app. Check the credentials for this role and try again.', 'auth'],
  ['The password that was provided for the role app is wrong.', 'auth'],
  ['The IAM authentication failed for the role app. Check the IAM token for this role and try again.', 'auth'],
  ['This RDS Proxy requires TLS connections.', 'tls'],
  ['IAM is allowed only with SSL connections.', 'tls'],
  ['The maximum number of client connections to the proxy exceeded 20.', 'capacity'],
  ['Rate of connection to proxy exceeded 2500.', 'capacity'],
  ['Timed-out waiting to acquire database connection.', 'timeout'],
  ['Request returned an error: database "shop" does not exist', 'misconfig'],
])('RDS Proxy’s “%s” is %s', (message, errorClass) => {
  for (const code of ['0A000', '08000', 'XX000']) expect(classify(fromServer(code, message))).toEqual({ errorClass });
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
