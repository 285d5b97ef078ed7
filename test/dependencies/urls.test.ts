// Every URL that a configuration can hold, read through the configuration: what is taken, what is refused and how, and
// that a refusal shows nothing of the text.
import { describe, expect, it } from 'vitest';
import type { Secret } from '../../src/core/secret.ts';
import { readUrl } from '../../src/core/url.ts';
import { parseUrls } from '../../src/dependencies/elasticsearch/nodes.ts';
import { parseUrl } from '../../src/dependencies/postgres/libpq/index.ts';
import { parseRedisUrl } from '../../src/dependencies/redis/url.ts';
import { loadText, right, wrong } from '../config/load.ts';

type Kind = 'postgres' | 'statistics_url' | 'redis' | 'elasticsearch' | 'http' | 'kms';
const settings = {
  postgres: (url: string) => ({ type: 'postgres', url }),
  statistics_url: (url: string) => ({ type: 'postgres', url: 'postgres://app@db/shop', statistics_url: url }),
  redis: (url: string) => ({ type: 'redis', url }),
  elasticsearch: (url: string) => ({ type: 'elasticsearch', url }),
  http: (url: string) => ({ type: 'http', url }),
  kms: (endpoint: string) => ({ type: 'kms', key_id: 'alias/shop', region: 'eu-central-1', endpoint }),
};
const load = (kind: Kind, url: string) => loadText(JSON.stringify({ checks: { one: settings[kind](url) } }));

/** `user|password@where`, as the driver of the type reads it. */
function readBy(kind: Kind, url: string): string {
  switch (kind) {
    case 'postgres':
    case 'statistics_url': {
      const parsed = parseUrl(url);
      if ('problem' in parsed) return parsed.problem;
      const { user = '', password = '', servers, database = '' } = parsed.target;
      return `${user}|${password}@${servers.map(({ host, port }) => `${host}:${port}`).join(',')}/${database}`;
    }
    case 'redis': {
      const parsed = parseRedisUrl(url);
      if ('problem' in parsed) return parsed.problem;
      const { endpoint, username = '', password = '', database = '', tls } = parsed.url;
      const where = 'path' in endpoint ? endpoint.path : `${endpoint.host}:${endpoint.port}`;
      return `${username}|${password}@${where}/${database}${tls ? ' tls' : ''}`;
    }
    case 'elasticsearch': {
      const parsed = parseUrls(url);
      if ('problem' in parsed) return parsed.problem;
      return parsed.nodes.map(({ url: node, username, password }) => `${username}|${password}@${node.href}`).join(' ');
    }
    default: {
      const read = readUrl(url, { schemes: ['http', 'https'], query: true, atInPath: kind === 'http' });
      if ('problem' in read) return read.problem;
      const { username, password, host, port = '', path, query } = read.url;
      return `${username}|${password}@${host}:${port}${path}${query === undefined ? '' : `?${query}`}`;
    }
  }
}

describe('is taken', () => {
  it.each<[Kind, string, string]>([
    ['postgres', 'postgres://app@db/shop', 'app|@db:5432/shop'],
    ['postgres', 'postgresql://app:pw@db:6432/shop', 'app|pw@db:6432/shop'],
    ['postgres', 'postgres://app:p#w@db/shop', 'app|p#w@db:5432/shop'],
    ['postgres', 'postgres://app:p?w@db/shop', 'app|p?w@db:5432/shop'],
    ['postgres', 'postgres://app:p:w@db/shop', 'app|p:w@db:5432/shop'],
    ['postgres', 'postgres://app:p[w]^@db/shop', 'app|p[w]^@db:5432/shop'],
    ['postgres', 'postgres://app:a%40b%2Fc%25@db/shop', 'app|a@b/c%@db:5432/shop'],
    ['postgres', 'postgres://app:pässwörd@db/shop', 'app|pässwörd@db:5432/shop'],
    ['postgres', 'postgres://app:p w@db/shop', 'app|p w@db:5432/shop'],
    ['postgres', 'postgres://app@[::1]:5433/shop', 'app|@::1:5433/shop'],
    ['postgres', 'postgres://app@a,b:5433/shop', 'app|@a:5432,b:5433/shop'],
    ['postgres', 'postgres://app@%2Frun%2Fpostgresql/shop', 'app|@/run/postgresql:5432/shop'],
    ['postgres', 'postgres://app@db/a%40b', 'app|@db:5432/a@b'],
    ['postgres', 'postgres://db/shop?user=me@example.com&password=p@w', 'me@example.com|p@w@db:5432/shop'],
    ['postgres', 'postgres://db/shop?user=app&password=p%40w', 'app|p@w@db:5432/shop'],
    ['postgres', 'host=db user=app password=p@ss/w#rd', 'app|p@ss/w#rd@db:5432/'],
    ['statistics_url', 'postgres://stats:p#w@db/shop', 'stats|p#w@db:5432/shop'],
    ['redis', 'redis://', '|@localhost:6379/'],
    ['redis', 'redis://h', '|@h:6379/'],
    ['redis', 'redis://h/', '|@h:6379/'],
    ['redis', 'REDIS://h:1/2', '|@h:1/2'],
    ['redis', 'rediss://u:p@h:6380/0', 'u|p@h:6380/0 tls'],
    ['redis', 'valkey://:p@h', '|p@h:6379/'],
    ['redis', 'valkeys://u:p@h:6380', 'u|p@h:6380/ tls'],
    ['redis', 'redis://[fe80::1]:6379', '|@fe80::1:6379/'],
    ['redis', 'redis://h?db=3', '|@h:6379/3'],
    ['redis', 'redis://u:a%b^c@h', 'u|a%b^c@h:6379/'],
    ['redis', 'redis://:100%@h', '|100%@h:6379/'],
    ['redis', 'redis://:p:w@h', '|p:w@h:6379/'],
    ['redis', 'redis://:p [w]^\\x@h', '|p [w]^\\x@h:6379/'],
    ['redis', 'redis://:%23%3F%2F%40@h', '|#?/@@h:6379/'],
    ['redis', 'redis://ü:ö@h', 'ü|ö@h:6379/'],
    ['redis', 'redis://my_cache.svc.cluster.local', '|@my_cache.svc.cluster.local:6379/'],
    ['redis', 'unix:///run/redis.sock', '|@/run/redis.sock/'],
    ['redis', 'unix://:p@/run/redis.sock?db=1', '|p@/run/redis.sock/1'],
    ['elasticsearch', 'http://a:9200', '|@http://a:9200/'],
    ['elasticsearch', 'https://elastic:a%23b@a', 'elastic|a#b@https://a/'],
    ['elasticsearch', 'https://elastic:a%b^c@a', 'elastic|a%b^c@https://a/'],
    ['elasticsearch', 'http://u:p,q@a,http://b', 'u|p,q@http://a/ |@http://b/'],
    ['elasticsearch', 'http://a/es , https://b', '|@http://a/es |@https://b/'],
    ['elasticsearch', 'http://[::1]:9200', '|@http://[::1]:9200/'],
    ['elasticsearch', 'http://u:p\\w@a', 'u|p\\w@http://a/'],
    ['http', 'http://h', '|@h:'],
    ['http', 'HTTPS://h:8443/healthz', '|@h:8443/healthz'],
    ['http', 'http://h/a?b=c#d', '|@h:/a?b=c'],
    ['http', 'http://h:8080/users/@me?mail=a@b', '|@h:8080/users/@me?mail=a@b'],
    ['http', 'http://h/@scope/package', '|@h:/@scope/package'],
    ['http', 'http://h?mail=a@b', '|@h:?mail=a@b'],
    ['http', 'http://h/#a@b', '|@h:/'],
    ['http', 'https://h:8443/#/users/@me', '|@h:8443/'],
    ['http', 'http://h/a?b=c#@d', '|@h:/a?b=c'],
    ['http', 'http://[::1]:1/a#b@c', '|@::1:1/a'],
    ['http', 'http://u:p@h/a', 'u|p@h:/a'],
    ['http', 'http://u:p%40ss@h/%40me', 'u|p@ss@h:/%40me'],
    ['http', 'http://u:a%b^c@h/', 'u|a%b^c@h:/'],
    ['http', 'http://:p@h/', '|p@h:/'],
    ['http', 'http://u@h/', 'u|@h:/'],
    ['http', 'http://@h/', '|@h:/'],
    ['http', 'http://u:p q@h/', 'u|p q@h:/'],
    ['http', 'http://bücher.example/', '|@bücher.example:/'],
    ['http', 'http://[::1]:8080/', '|@::1:8080/'],
    ['http', 'http://127.0.0.1:8080/', '|@127.0.0.1:8080/'],
    ['http', ' http://h/ ', '|@h:/'],
    ['kms', 'http://127.0.0.1:4566', '|@127.0.0.1:4566'],
    ['kms', 'https://kms.eu-central-1.amazonaws.com', '|@kms.eu-central-1.amazonaws.com:'],
    ['kms', 'https://h/base/path', '|@h:/base/path'],
  ])('%s %s', (kind, url, read) => {
    right(load(kind, url));
    expect(readBy(kind, url)).toBe(read);
  });
});

/** Whatever of a string could be a part of a password: no message may hold one. */
const marks = ['S3cret', 'Half', 'Rest', 'ES1874', 'rel3ase'];

describe('is refused, and nothing of it is shown', () => {
  it.each<[Kind, string, RegExp]>([
    [
      'postgres',
      'postgres://app:S3cret@Half/Rest#x@db/shop',
      /more than one @ and a \/ before an @.*@ is written %40.*\/ is written %2F/,
    ],
    ['postgres', 'postgres://app:S3cret/Half@db/shop', /a \/ before an @/],
    ['postgres', 'postgres://app:12/Half@db/shop', /a \/ before an @/],
    ['postgres', 'postgres://S3cret/Half:Rest@db/shop', /a \/ before an @/],
    ['postgres', 'postgres://app:S3cret@Half@db/shop', /more than one @/],
    ['postgres', 'postgres://app:80@Half?Rest#x@db/shop', /more than one @/],
    ['postgres', 'postgres://app:80@Half?user=Rest@db/shop', /more than one @/],
    ['postgres', 'postgres://db/shop?schema=S3cret@Half', /a \/ before an @/],
    ['postgres', 'postgres://app@S3cret#Half/shop', /a character in its host/],
    ['postgres', 'postgres://app@S3cret Half/shop', /a character in its host/],
    ['postgres', 'postgres://app:S3cret%zzHalf@db/shop', /a % without two hexadecimal digits.*%25/],
    ['postgres', 'postgres://app:S3cret%FFHalf@db/shop', /not UTF-8.*%25/],
    ['postgres', 'postgres://app@db:99999/shop', /port/],
    ['postgres', 'postgres://app@db/shop?sslaccept=strict', /sslaccept.*Prisma.*verify-full/],
    ['postgres', 'postgres://app@db/shop?ssl=S3cret', /the parameter ssl: write sslmode=require/],
    ['postgres', 'postgres://app:S3cret\nHalf@db/shop', /a line break.*%0A/],
    ['postgres', 'postgres://app:S3cret\tHalf@db/shop', /a tab.*%09/],
    ['postgres', '"postgres://app:S3cret@db/shop"', /a quotation mark/],
    ['postgres', 'postgres://app:S3cret@::1:5432/shop', /more than one :.*\[::1\]/],
    ['postgres', 'postgres://app:S3cret@fe80::1/shop', /more than one :.*\[::1\]/],
    ['postgres', 'mysql://app:S3cret@db/shop', /must be a URL that begins with postgres:\/\//],
    ['statistics_url', 'postgres://app:S3cret@Half/Rest@db/shop', /more than one @/],
    [
      'redis',
      'redis://:S3cret@Half#Rest@h',
      /a # before an @: in a user or password # is written %23, and @ is written %40/,
    ],
    ['redis', 'redis://:S3cret#Half@h', /a # before an @: .*%23/],
    ['redis', 'redis://:S3cret/Half@h', /a \/ before an @: .*%2F/],
    ['redis', 'redis://:S3cret?Half@h', /a \? before an @: .*%3F/],
    ['redis', 'redis://:12/Half@h', /a \/ before an @/],
    ['redis', 'redis://S3cret/Half@h/0', /a \/ before an @/],
    ['redis', 'redis://:S3cret@Half@h', /more than one @.*%40/],
    ['redis', 'redis://:S3cret/Half?Rest@h', /one of \/ \? before an @/],
    ['redis', 'redis://:a%zz%41S3cret@h', /a % .*write % as %25/],
    ['redis', 'redis://:S3cret%FF@h', /a % .*write % as %25/],
    ['redis', 'redis://:S3cret\tHalf@h', /a tab.*%09/],
    ['redis', 'redis://:S3cret\nHalf@h', /a line break.*%0A/],
    ['redis', "'redis://:S3cret@h'", /a quotation mark/],
    ['redis', 'redis://h:99999', /a port that is no number from 1 to 65535/],
    ['redis', 'redis://h:0', /a port that is no number from 1 to 65535/],
    ['redis', 'redis://S3cret:Half', /a port that is no number .* without the @ and the host/],
    ['redis', 'redis://::1:6379', /more than one : .*\[::1\]/],
    ['redis', 'redis://[::1', /a \[ without its \]/],
    ['redis', 'redis://[::1]S3cret', /something after its host/],
    ['redis', 'redis://[S3cret]:1', /no IPv6 address between/],
    ['redis', 'redis://a:1,b:2', /several hosts: give `cluster` or `sentinel`/],
    ['redis', 'redis://:S3cret@a,b', /several hosts/],
    ['redis', 'redis://h?ssl=true', /the parameter ssl.*rediss:\/\//],
    ['redis', 'redis://h?password=S3cret', /the parameter password.*before the host/],
    ['redis', 'redis://h?username=S3cret', /the parameter username/],
    ['redis', 'redis://h?S3cret', /a parameter that is not read/],
    ['redis', 'redis://h?timeout=5', /the parameter timeout.*`timeout` in the check/],
    ['redis', 'redis://h#S3cret', /a #, and what follows it means nothing/],
    ['redis', 'redis://h/S3cret', /must be the number of a database/],
    ['redis', 'redis://h/1?db=2', /two databases/],
    ['redis', 'redis://h?db=S3cret', /must be the number of a database/],
    ['redis', 'unix://run/redis.sock', /a host behind unix:\/\//],
    ['redis', 'redis:h:6379', /must be a URL that begins with redis:\/\//],
    ['redis', 'http://u:S3cret@h', /must be a URL that begins with redis:\/\//],
    ['redis', 'redis://h<S3cret', /a host that is no name or address/],
    ['elasticsearch', 'http://elastic:rel3ase@ES1874#@127.0.0.1:9200', /a # before an @: .*%23, and @ is written %40/],
    ['elasticsearch', 'https://elastic:S3cret/Half@es', /a \/ before an @/],
    ['elasticsearch', 'https://elastic:12?Half@es', /a \? before an @/],
    ['elasticsearch', 'https://elastic:S3cret@Half@es', /more than one @/],
    ['elasticsearch', 'https://a,https://u:S3cret#x@b', /a # before an @.*in number 2 of 2/],
    ['elasticsearch', 'http://a:9200,b:9200', /several hosts: each of several nodes begins with http/],
    ['elasticsearch', 'http://a?pretty', /a \?, and no parameter is read here/],
    ['elasticsearch', 'http://', /names no host/],
    ['elasticsearch', 'http://1.2.3.999', /a host that is no name or address/],
    ['http', 'http://elastic:rel3ase@ES1874#@127.0.0.1:9200', /a # before an @/],
    ['http', 'http://u:S3cret/Half@h/', /a \/ before an @.*%2F/],
    ['http', 'http://u:S3cret@Half/Rest@h/', /a \/ before an @.*@ is written %40/],
    ['http', 'http://u:p@h/users/@me', /a \/ before an @.*@ is written %40/],
    ['http', 'http://u:S3cret#Half@h/', /a # before an @/],
    ['http', 'http://u:1#S3cret@h/', /a # before an @/],
    ['http', 'http://u:S3cret@Half@h/', /more than one @/],
    ['http', 'http://u:S3cret?Half@h/', /a \? before an @.*%3F/],
    ['http', 'http://a,b.example/', /several hosts: name one/],
    ['http', 'http:///path', /names no host/],
    ['http', 'https:///', /names no host/],
    ['http', 'http:///api/v1?file=x.sock', /names no host/],
    ['http', 'http:///run/x.sock', /the path of a socket/],
    ['http', 'http:///var/run/app', /the path of a socket/],
    ['http', 'http:///tmp/x.sock', /the path of a socket/],
    ['http', 'http://unix:/tmp/x', /the path of a socket/],
    ['http', 'http://h#a@b', /a # before an @/],
    ['http', 'http://h:1#/S3cret@b', /before an @/],
    ['http', 'http://h?S3cret#/Half@b', /one of \? # \/ before an @/],
    ['http', 'http://u:S3cret/#Half@h', /one of \/ # before an @/],
    ['http', 'http://u:p@h/#S3cret@b', /one of \/ # before an @/],
    ['http', 'http://h:99999/#S3cret@b', /a port that is no number/],
    ['elasticsearch', 'http://h/#S3cret@b', /one of \/ # before an @/],
    ['kms', 'http://h/#S3cret@b', /one of \/ # before an @/],
    ['redis', 'redis://h/#S3cret@b', /one of \/ # before an @/],
    ['redis', 'redis://h:6379/0/', /a slash too many.*a database alone, such as \/0/],
    ['redis', 'redis://h//0', /a slash too many/],
    ['redis', 'redis://h//', /a slash too many/],
    ['redis', 'rediss://:S3cret@h/0//', /a slash too many/],
    ['redis', 'valkey://h//1/', /a slash too many/],
    ['redis', 'redis://h/0/1', /must be the number of a database, such as \/0, and nothing else/],
    ['redis', 'redis://h/0/S3cret', /must be the number of a database/],
    ['redis', 'redis://h/shop/0?db=1', /two databases/],
    ['redis', 'redis://h/run/redis', /the path of a socket where/],
    ['redis', 'redis://h/data/redis.sock', /the path of a socket where/],
    ['redis', 'redis:///data/redis', /the path of a socket where/],
    ['http', 'http://h:8o80/', /a port/],
    ['http', 'http:/h/', /must be a URL that begins with http:\/\/ or https:\/\//],
    ['http', 'http://S3cret%41/', /a host that is no name or address/],
    ['kms', 'https://u:S3cret@h', /without user and password/],
    ['kms', 'https://h/S3cret@x', /a \/ before an @/],
    ['kms', 'https://u:S3cret#Half@h', /a # before an @/],
    ['kms', 'kms.eu-central-1.amazonaws.com', /must be a URL that begins with https:\/\/ or http:\/\//],
  ])('%s %j', (kind, url, says) => {
    const [problem, ...others] = wrong(load(kind, url));
    expect(others).toEqual([]);
    const text = `${problem?.message} ${problem?.fix ?? ''}`;
    expect(text).toMatch(says);
    for (const mark of marks) expect(text).not.toContain(mark);
  });
});

describe('what is shown of one is a URL of its kind again, without what lets anybody in', () => {
  it.each<[Kind, string, string]>([
    ['postgres', 'postgres://postgres:postgres@postgres/postgres', 'postgres://***:***@postgres:5432/***'],
    [
      'postgres',
      'postgres://app:S3cret@a,[::1]:1/shop?sslmode=disable',
      'postgres://***:***@a:5432,[::1]:1/***?sslmode=disable',
    ],
    ['postgres', 'host=/run/postgresql user=app password=S3cret', 'postgres://***:***@%2Frun%2Fpostgresql:5432'],
    ['postgres', 'host=/run/pg port=5433 user=app', 'postgres://***@%2Frun%2Fpg:5433'],
    ['postgres', 'host=/run/a,h port=1,2 user=app', 'postgres://***@%2Frun%2Fa:1,h:2'],
    ['postgres', 'host=a,b hostaddr=::1,10.0.0.2 user=app', 'postgres://***@a:5432,b:5432?hostaddr=::1,10.0.0.2'],
    ['postgres', 'hostaddr=10.0.0.1 user=app dbname=shop', 'postgres://***@:5432/***?hostaddr=10.0.0.1'],
    ['postgres', 'hostaddr=::1,10.0.0.1 port=1,2 user=app', 'postgres://***@:1,:2?hostaddr=::1,10.0.0.1'],
    [
      'postgres',
      'postgres://app@a,b/shop?target_session_attrs=read-write&load_balance_hosts=random&connect_timeout=3',
      'postgres://***@a:5432,b:5432/***?target_session_attrs=read-write&load_balance_hosts=random&connect_timeout=3',
    ],
    [
      'postgres',
      'postgres://h?user=app&dbname=shop&password=S3cret&schema=S3cret&sslmode=verify-full&sslrootcert=%2Fa%20b.pem',
      'postgres://***:***@h:5432/***?sslmode=verify-full&sslrootcert=/a%20b.pem',
    ],
    [
      'postgres',
      "host=h user=app sslcert=/c sslkey=/k sslpassword=S3cret options='-c a=b@c' ssl_min_protocol_version=TLSv1.3",
      'postgres://***@h:5432?sslcert=/c&sslkey=/k&sslpassword=***&options=-c%20a%3Db%40c&ssl_min_protocol_version=TLSv1.3',
    ],
    ['postgres', 'postgres://app@h?ssl=true', 'postgres://***@h:5432?sslmode=require'],
    ['redis', 'redis://redis:redis@redis/1', 'redis://***:***@redis/1'],
    ['redis', 'valkeys://:S3cret@[::1]:1', 'valkeys://:***@[::1]:1'],
    ['redis', 'unix:///run/redis.sock?db=1', 'unix:///run/redis.sock?db=1'],
    ['redis', 'redis://:S3cret@h?db=5', 'redis://:***@h/5'],
    ['redis', 'redis://h/', 'redis://h'],
    ['redis', 'unix://u:S3cret@localhost/run/a%20b.sock', 'unix://***:***@localhost/run/a%20b.sock'],
    ['elasticsearch', 'https://u:S3cret@a/S3cret,http://b', 'https://***:***@a/***,http://b'],
    ['elasticsearch', 'http://[::1]:9200/,https://:S3cret@b', 'http://[::1]:9200/,https://:***@b'],
    ['http', 'http://h?token=S3cret', 'http://h/***'],
    ['http', 'http://h/?token=S3cret', 'http://h/***'],
    ['http', 'http://h/', 'http://h/'],
    ['http', 'http://h/users/@S3cret', 'http://h/***'],
    ['http', 'https://u:S3cret@h:1/hook/S3cret?token=S3cret', 'https://***:***@h:1/***'],
  ])('%s %s', (kind, url, shown) => {
    const loaded = load(kind, url);
    if (!loaded.ok) throw new Error('refused');
    const found = loaded.effective().find(({ path }) => path.at(-1) === 'url');
    expect(found?.value).toBe(shown);
    const again = load(kind, shown);
    right(again);
    expect(again.ok && again.effective().find(({ path }) => path.at(-1) === 'url')?.value).toBe(shown);
  });
});

it('a secret is no part of what the configuration shows by itself', () => {
  const { checks } = right(load('redis', 'redis://:S3cret@h'));
  const [url] = checks.map(({ settings }) => settings.url as Secret);
  expect(`${url} ${JSON.stringify(url)}`).toBe('[secret] "[secret]"');
});
