// What a PostgreSQL URL is read as, and what is refused with which words.
import { describe, expect, test } from 'vitest';
import { parseUrl } from '../../../src/dependencies/postgres/url.ts';

const base = { host: 'db', port: 5432, channelBinding: false };
const read = (text: string): unknown => {
  const parsed = parseUrl(text);
  return 'target' in parsed ? parsed.target : parsed.problem;
};

describe('reads as libpq does', () => {
  test.each([
    ['postgres://db', base],
    ['postgresql://db/', base],
    ['postgres://db:6432/shop', { ...base, port: 6432, database: 'shop' }],
    ['postgres://app:secret@db/shop', { ...base, user: 'app', password: 'secret', database: 'shop' }],
    ['postgres://a%40b:p%2Fw%25%3A@db/my%20shop', { ...base, user: 'a@b', password: 'p/w%:', database: 'my shop' }],
    ['postgres://app:a:b#c+d@db', { ...base, user: 'app', password: 'a:b#c+d' }],
    ['postgres://app:@db', { ...base, user: 'app' }],
    ['postgres://[::1]:6432/shop', { ...base, host: '::1', port: 6432, database: 'shop' }],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/shop', { ...base, host: '/var/run/postgresql', database: 'shop' }],
    [
      'postgres:///shop?host=/run/pg&port=6432&user=app&password=a+b',
      {
        ...base,
        host: '/run/pg',
        port: 6432,
        database: 'shop',
        user: 'app',
        password: 'a+b',
      },
    ],
    ['postgres://db/x?dbname=shop&hostaddr=10.0.0.1', { ...base, database: 'shop', hostaddr: '10.0.0.1' }],
    [
      'postgres://db?sslmode=verify-ca&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem',
      {
        ...base,
        sslmode: 'verify-ca',
        sslrootcert: '/ca.pem',
        sslcert: '/c.pem',
        sslkey: '/k.pem',
      },
    ],
    ['postgres://db?ssl=true', { ...base, sslmode: 'require' }],
    ['postgres://db?sslmode=no-verify', { ...base, sslmode: 'require' }],
    [
      'postgres://db?channel_binding=require&application_name=me&options=-c%20x%3Dy',
      {
        ...base,
        channelBinding: true,
        applicationName: 'me',
        options: '-c x=y',
      },
    ],
    ['postgres://db?target_session_attrs=any&sslnegotiation=postgres&gssencmode=disable', base],
    ['postgres://db?schema=public&connection_limit=5&connect_timeout=3', base],
  ])('%s', (text, target) => {
    expect(read(text)).toEqual(target);
  });
});

describe('refuses, telling nothing of the URL', () => {
  test.each([
    ['mysql://pass@db', /begins with postgres:\/\//],
    ['db.example.com', /begins with postgres:\/\//],
    ['postgres://u:pass@a,b/shop', /several hosts/],
    ['postgres://u:pass@a:1,b:2/shop', /several hosts/],
    ['postgres://u:pass@/shop?host=a,b', /several hosts/],
    ['postgres://u:pass@/shop', /no host/],
    ['postgres://u:pass@db:0/shop', /port/],
    ['postgres://u:pass@db:pass/shop', /percent-encoded/],
    ['postgres://u:pass/word@db/shop', /percent-encoded/],
    ['postgres://u:pass%zz@db/shop', /%25/],
    ['postgres://u:pass@db?sslmode=pass', /sslmode/],
    ['postgres://u:pass@db?target_session_attrs=read-write', /`expect`/],
    ['postgres://u:pass@db?sslnegotiation=direct', /sslnegotiation/],
    ['postgres://u:pass@db?service=pass', /service/],
  ])('%s', (text, problem) => {
    expect(read(text)).toMatch(problem);
    expect(String(read(text)).replace('password', '')).not.toMatch(/pass(?!word)/);
  });
});
