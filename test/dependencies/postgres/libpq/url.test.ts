// What a PostgreSQL URL or keyword string is read as, and what is refused with which words.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseUrl, type Target } from '../../../../src/dependencies/postgres/libpq/index.ts';

const db = { host: 'db', port: 5432 };
const base = { servers: [db], shuffled: false, sessionAttrs: 'any', channelBinding: false };
const read = (text: string): unknown => {
  const parsed = parseUrl(text);
  return 'target' in parsed ? parsed.target : parsed.problem;
};

describe('reads as libpq does', () => {
  test.each([
    ['postgres://db', base],
    ['postgresql://db/', base],
    ['postgres://db:6432/shop', { ...base, servers: [{ host: 'db', port: 6432 }], database: 'shop' }],
    ['postgres://app:secret@db/shop', { ...base, user: 'app', password: 'secret', database: 'shop' }],
    ['postgres://a%40b:p%2Fw%25%3A@db/my%20shop', { ...base, user: 'a@b', password: 'p/w%:', database: 'my shop' }],
    ['postgres://app:a:b?#c+d@db', { ...base, user: 'app', password: 'a:b?#c+d' }],
    ['postgres://app:@db', { ...base, user: 'app' }],
    ['postgres://[::1]:6432/shop', { ...base, servers: [{ host: '::1', port: 6432 }], database: 'shop' }],
    [
      'postgres://%2Fvar%2Frun%2Fpostgresql/shop',
      { ...base, servers: [{ host: '/var/run/postgresql', port: 5432 }], database: 'shop' },
    ],
    [
      'postgres:///shop?host=/run/pg&port=6432&user=app&password=a+b',
      { ...base, servers: [{ host: '/run/pg', port: 6432 }], database: 'shop', user: 'app', password: 'a+b' },
    ],
    [
      'postgres://db/x?dbname=shop&hostaddr=10.0.0.1',
      { ...base, database: 'shop', servers: [{ ...db, hostaddr: '10.0.0.1' }] },
    ],
    ['postgres://?hostaddr=::1', { ...base, servers: [{ host: '', port: 5432, hostaddr: '::1' }] }],
    [
      'postgres://db?sslmode=verify-ca&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem&sslpassword=s&sslsni=0',
      {
        ...base,
        ...{ sslmode: 'verify-ca', sslrootcert: '/ca.pem', sslcert: '/c.pem', sslkey: '/k.pem', sslpassword: 's' },
        sslsni: false,
      },
    ],
    ['postgres://db?ssl=true', { ...base, sslmode: 'require' }],
    ['postgres://db?sslmode=no-verify', { ...base, sslmode: 'require' }],
    [
      'postgres://db?channel_binding=require&application_name=me&options=-c%20x%3Dy',
      { ...base, channelBinding: true, applicationName: 'me', options: '-c x=y' },
    ],
    ['postgres://db?fallback_application_name=me', { ...base, applicationName: 'me' }],
    ['postgres://db?target_session_attrs=any&sslnegotiation=postgres&gssencmode=disable', base],
    ['postgres://db?schema=public&connection_limit=5&keepalives=1&', base],
    ['postgres://db?connect_timeout=1', { ...base, connectTimeoutMs: 2000 }],
    ['postgres://db?connect_timeout=0', base],
    ['postgres://db?target_session_attrs=prefer-standby', { ...base, sessionAttrs: 'prefer-standby' }],
    ['postgres://db?load_balance_hosts=random', { ...base, shuffled: true }],
    [
      'postgres://a:1,[::2]:2,c/shop',
      {
        ...base,
        database: 'shop',
        servers: [
          { host: 'a', port: 1 },
          { host: '::2', port: 2 },
          { host: 'c', port: 5432 },
        ],
      },
    ],
    [
      'postgres:///?host=a,b&port=1&hostaddr=10.0.0.1,',
      {
        ...base,
        servers: [
          { host: 'a', port: 1, hostaddr: '10.0.0.1' },
          { host: 'b', port: 1 },
        ],
      },
    ],
    ["host = db password='it\\'s \\\\ me' user=o\\'neil", { ...base, password: "it's \\ me", user: "o'neil" }],
    [' host=db\n\tdbname=shop passfile=/p ', { ...base, database: 'shop', passfile: '/p' }],
    ['host=db user=', { ...base }],
    ["host='db'port=5432", base],
  ])('%s', (text, target) => {
    expect(read(text)).toEqual(target);
  });
});

describe('refuses, telling nothing of the values', () => {
  test.each([
    ['mysql://pass@db', /begins with postgres:\/\//],
    ['mysql://pass@db?a=b', /begins with postgres:\/\//],
    ['db.example.com', /begins with postgres:\/\//],
    ['postgres://u:pass@/shop', /no host.*\/var\/run\/postgresql/],
    ['postgres://u:pass@a,,b/shop', /no host/],
    ['postgres://u:pass@a,b:1,c/shop?port=1,2', /one for each host/],
    ['postgres://u:pass@a/shop?hostaddr=10.0.0.1,10.0.0.2', /as many hosts/],
    ['postgres://u:pass@a/shop?hostaddr=pass', /hostaddr that is no address/],
    ['postgres://u:pass@%40pass/shop', /abstract/],
    ['postgres://u:top@pass@db/shop', /%40/],
    ['postgres://u:pass@[::1/shop', /brackets/],
    ['postgres://u:pass@[::1]pass/shop', /IPv6/],
    ['postgres://u:pass@db:0/shop', /port/],
    ['postgres://u:pass@db:pass/shop', /percent-encoded/],
    ['postgres://u:pass/word@db/shop', /%2F/],
    ['postgres://u:pass%zz@db/shop', /%25/],
    ['postgres://u:pass%00@db/shop', /%00/],
    ['postgres://u:pass@db?options=-c%20x=pass', /%3D/],
    ['postgres://u:pass@db?sslmode', /one =/],
    ['postgres://u:pass@db?sslmode=pass', /sslmode.*verify-full/],
    ['postgres://u:pass@db?sslmode=', /sslmode/],
    ['postgres://u:pass@db?sslmode=allow', /sslmode.*unencrypted.*prefer.*require/],
    ['postgres://u:pass@db?sslmod=pass', /TLS.*sslmode=verify-full/],
    ['postgres://u:pass@db?ssl=1', /sslmode=require/],
    ['postgres://u:pass@db?requiressl=1', /sslmode=require/],
    ['postgres://u:pass@db?ssl_min_protocol_version=pass', /TLSv1\.3/],
    ['postgres://u:pass@db?target_session_attrs=pass', /read-write/],
    ['postgres://u:pass@db?targetServerType=primary', /looks like one of its own/],
    ['postgres://u:pass@db?load_balance_hosts=pass', /random/],
    ['postgres://u:pass@db?channel_binding=pass', /channel_binding/],
    ['postgres://u:pass@db?connect_timeout=pass', /connect_timeout.*whole number/],
    ['postgres://u:pass@db?sslnegotiation=direct', /sslnegotiation.*remove/],
    ['postgres://u:pass@db?sslcrl=pass', /revocation/],
    ['postgres://u:pass@db?gssencmode=require', /GSSAPI.*TLS/],
    ['postgres://u:pass@db?require_auth=scram-sha-256', /channel_binding/],
    ['postgres://u:pass@db?service=pass', /service files.*host, port/],
    ['service=pass', /service files.*host, port/],
    ['host=db sslmode=allow', /unencrypted/],
    ["host=db password='pass", /in quotes/],
    ['host=db password=pass phrase', /keywords with values/],
    ['host=db password=pass phrase=x', /in quotes/],
    ['=pass', /keywords with values/],
    ['host=db schema=pass', /libpq does not know/],
  ])('%s', (text, problem) => {
    expect(read(text)).toMatch(problem);
    expect(String(read(text)).replace(/password/g, '')).not.toMatch(/pass(?!word)/);
  });
});

describe('whatever the values are', () => {
  const value = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 12 })
    .filter((text) => !text.includes('\0') && text.isWellFormed());
  const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);
  const port = fc.integer({ min: 1, max: 65_535 });
  const servers = fc.array(fc.record({ host: fc.oneof(name, fc.ipV6()), port }), { minLength: 1, maxLength: 4 });
  const wish = fc.record({ servers, user: value, password: value, database: value, options: value });
  const expected = ({ servers, ...rest }: { servers: Target['servers'] }): unknown => ({ ...base, servers, ...rest });

  test('a URL gives back what was percent-encoded into it', () => {
    fc.assert(
      fc.property(wish, (wanted) => {
        const { servers, user, password, database, options } = wanted;
        const hosts = servers.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join();
        const [u, p, d, o] = [user, password, database, options].map(encodeURIComponent);
        expect(read(`postgresql://${u}:${p}@${hosts}/${d}?options=${o}`)).toEqual(expected(wanted));
        const list = `host=${servers.map(({ host }) => host).join()}&port=${servers.map((server) => server.port).join()}`;
        expect(read(`postgres://?${list}&user=${u}&password=${p}&dbname=${d}&options=${o}`)).toEqual(expected(wanted));
      }),
    );
  });

  test('keywords give back what was quoted, or escaped, into them', () => {
    const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
    const escaped = (text: string): string => text.replace(/['\\\s]/g, '\\$&');
    fc.assert(
      fc.property(
        wish,
        fc.constantFrom(quoted, escaped),
        fc.constantFrom(' ', '\n', '\t  '),
        (wanted, write, space) => {
          const { servers, user, password, database, options } = wanted;
          const values = {
            ...{ user, password, dbname: database, options },
            host: servers.map(({ host }) => host).join(),
            port: servers.map((server) => server.port).join(),
          };
          const text = Object.entries(values).map(([key, given]) => `${key}${space}=${space}${write(given)}`);
          expect(read(text.join(space))).toEqual(expected(wanted));
        },
      ),
    );
  });

  test('any text is read or refused, quickly, and a refusal repeats nothing of it', () => {
    const piece = fc.oneof(
      fc.constantFrom('postgres://', '@', ':', '/', '?', '&', '=', ',', '[', ']', "'", '\\', ' ', '%'),
      value,
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const parsed = parseUrl(`${pieces.join('')}zqzq9`);
        if ('target' in parsed) expect(parsed.target.servers.length).toBeGreaterThan(0);
        else expect(parsed.problem).not.toContain('zqzq9');
      }),
    );
  });
});
