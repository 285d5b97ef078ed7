// Tokens are what AWS's own libraries make, and what is signed is asked for once a log-in needs it.
import { expect, test } from 'vitest';
import { sign } from '../../../src/dependencies/aws/token.ts';
import { regionOfHost } from '../../../src/dependencies/postgres/iam.ts';
import { type Keys, keyIdOf, refusalOf, type Wanted } from '../../servers/iam-token.ts';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'a/session+token==',
};
const at = new Date('2026-08-02T12:11:50Z');
const database = 'shop.c0ffee.eu-central-1.rds.amazonaws.com:5432';

/** The signatures are those of botocore 1.43.11 for the same request, key and instant. */
test.each([
  [
    { service: 'rds-db', host: database, query: { DBUser: 'side warden' } },
    '7191dbb1454878d8042abb47c2c748f4d85ba46634b0d0721259ab2e44a4cb6d',
  ],
  [
    { service: 'elasticache', host: 'shop-cache', query: { User: 'sidewarden' } },
    'dbb1275ec6b30c61820d18949c32e8fac65e48b06171ae1c1d4734b344ac9563',
  ],
  [
    { service: 'elasticache', host: 'shop-cache', query: { User: 'sidewarden', ResourceType: 'ServerlessCache' } },
    'fb23313a464dc157055841af04b43218e484811cf6a408fa111392907ecd32d1',
  ],
] as const)('$service, $query', async (request, signature) => {
  const token = await sign(request, 'eu-central-1', credentials, at);
  expect(token).toMatch(new RegExp(`^${request.host}/\\?Action=connect&`));
  const given = new URLSearchParams(token.split('/?')[1]);
  expect(Object.fromEntries(given)).toEqual({
    Action: 'connect',
    ...request.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `AKIDEXAMPLE/20260802/eu-central-1/${request.service}/aws4_request`,
    'X-Amz-Date': '20260802T121150Z',
    'X-Amz-Expires': '900',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Security-Token': credentials.sessionToken,
    'X-Amz-Signature': signature,
  });
});

test('the stand-in for AWS takes a good token, and none that is wrong in any way', async () => {
  const keys: Keys = new Map([
    ['AKIDEXAMPLE', { secret: credentials.secretAccessKey, session: credentials.sessionToken }],
  ]);
  const request = { service: 'rds-db', host: database, query: { DBUser: 'app' } } as const;
  const wanted: Wanted = { ...request, region: 'eu-central-1', query: { Action: 'connect', DBUser: 'app' } };
  const made = (change: Partial<typeof credentials> = {}, when = new Date(), region = wanted.region) =>
    sign(request, region, { ...credentials, ...change }, when);
  const good = await made();
  expect(keyIdOf(good)).toBe('AKIDEXAMPLE');
  expect(refusalOf(good, wanted, keys)).toBeUndefined();
  expect(refusalOf(await made({ secretAccessKey: 'other' }), wanted, keys)).toMatch(/signature/);
  expect(refusalOf(await made({ sessionToken: 'other' }), wanted, keys)).toMatch(/session token/);
  expect(refusalOf(await made({}, new Date(Date.now() - 901_000)), wanted, keys)).toMatch(/too old/);
  expect(refusalOf(await made({}, new Date(), 'us-east-1'), wanted, keys)).toMatch(/scope/);
  expect(refusalOf(good, { ...wanted, host: 'other:5432' }, keys)).toMatch(/is for/);
  expect(refusalOf(good.replace('DBUser=app', 'DBUser=root'), wanted, keys)).toMatch(/asks/);
  expect(refusalOf(good, wanted, new Map())).toMatch(/not known/);
});

test.each([
  ['shop.c0ffee.eu-central-1.rds.amazonaws.com', 'eu-central-1'],
  ['shop.cluster-ro-c0ffee.us-gov-west-1.rds.amazonaws.com', 'us-gov-west-1'],
  ['shop.c0ffee.rds.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['db.example.com', undefined],
  ['127.0.0.1', undefined],
])('the region of %s is %s', (host, region) => {
  expect(regionOfHost(host)).toBe(region);
});
