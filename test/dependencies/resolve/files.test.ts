import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freshFile } from '../../../src/dependencies/resolve/fresh-file.ts';
import { addressesOf, parseHosts } from '../../../src/dependencies/resolve/hosts.ts';
import { candidates, parseResolvConf } from '../../../src/dependencies/resolve/resolv-conf.ts';

test('hosts: names, aliases, comments, several addresses, any case', () => {
  const hosts = parseHosts(
    '# local\n127.0.0.1\tlocalhost\n10.0.0.5  db.example.com DB # primary\nfe80::1%eth0 link\n10.0.0.6 db\nnonsense db\n',
  );
  expect(addressesOf(hosts, 'db')).toEqual(['10.0.0.5', '10.0.0.6']);
  expect(addressesOf(hosts, 'DB.Example.com.')).toEqual(['10.0.0.5']);
  expect(addressesOf(hosts, 'link')).toEqual(['fe80::1%eth0']);
  expect(addressesOf(hosts, 'localhost')).toEqual(['127.0.0.1']);
  expect(addressesOf(hosts, 'primary')).toEqual([]);
});

test('localhost is loopback without a hosts file, and so is every name below it', () => {
  const hosts = parseHosts('');
  expect(addressesOf(hosts, 'localhost')).toEqual(['127.0.0.1', '::1']);
  expect(addressesOf(hosts, 'app.LOCALHOST')).toEqual(['127.0.0.1', '::1']);
  expect(addressesOf(hosts, 'notlocalhost')).toEqual([]);
});

test('resolv.conf as Kubernetes writes it', () => {
  const conf = parseResolvConf(
    'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5 timeout:1 attempts:3 edns0\n',
  );
  expect(conf).toEqual({
    nameservers: ['10.96.0.10'],
    search: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    ndots: 5,
    timeoutMs: 1000,
    attempts: 3,
  });
});

test('resolv.conf: defaults, comments, what is out of bounds, ports, IPv6, at most three servers', () => {
  expect(parseResolvConf('')).toEqual({
    nameservers: ['127.0.0.1'],
    search: [],
    ndots: 1,
    timeoutMs: 5000,
    attempts: 2,
  });
  const conf = parseResolvConf(
    'domain a.test\nsearch b.test. # c\n; d\noptions ndots:99 attempts:0 timeout:x\nnameserver name\nnameserver ::1\nnameserver [127.0.0.1]:5353\nnameserver [::1]:53\nnameserver 8.8.8.8\n',
  );
  expect(conf).toEqual({
    nameservers: ['[::1]', '127.0.0.1:5353', '[::1]:53'],
    search: ['b.test'],
    ndots: 15,
    timeoutMs: 5000,
    attempts: 2,
  });
});

test('candidates: fewer dots than ndots search first, others last, a trailing dot not at all', () => {
  const conf = { ...parseResolvConf(''), search: ['a.test', 'b.test'], ndots: 2 };
  expect(candidates('db', conf)).toEqual(['db.a.test', 'db.b.test', 'db']);
  expect(candidates('db.shop', conf)).toEqual(['db.shop.a.test', 'db.shop.b.test', 'db.shop']);
  expect(candidates('db.shop.test', conf)).toEqual(['db.shop.test', 'db.shop.test.a.test', 'db.shop.test.b.test']);
  expect(candidates('db.', conf)).toEqual(['db']);
});

test('a file is parsed once until it changes, and empty while it is missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidewarden-fresh-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  let parses = 0;
  const read = freshFile(path, (text) => {
    parses += 1;
    return text;
  });
  expect(read()).toBe('');
  writeFileSync(path, 'one');
  expect([read(), read()]).toEqual(['one', 'one']);
  expect(parses).toBe(2);
  writeFileSync(path, 'two');
  utimesSync(path, 1, 1); // same size: the times alone tell
  expect(read()).toBe('two');
  rmSync(path);
  expect(read()).toBe('');
});
