// Where a server is: how it is read and written.
import { expect, test } from 'vitest';
import { endpointOfUrl, endpointText, hostPort, isLoopback, parseAddress } from '../../src/core/endpoint.ts';

test.each([
  [{ host: 'db', port: 5432 }, 'db:5432'],
  [{ host: '10.0.0.1', port: 5432 }, '10.0.0.1:5432'],
  [{ host: '::1', port: 5432 }, '[::1]:5432'],
  [{ path: '/run/redis.sock' }, '/run/redis.sock'],
])('%j is written %s', (endpoint, text) => expect(endpointText(endpoint)).toBe(text));

test.each([
  ['http://search', 'search:80'],
  ['https://search', 'search:443'],
  ['https://search:9200/path', 'search:9200'],
  ['http://[::1]:9200', '[::1]:9200'],
])('who asks %s connects to %s', (url, text) => expect(hostPort(endpointOfUrl(new URL(url)))).toBe(text));

test.each([
  ['db.example.com:5432', { host: 'db.example.com', port: 5432 }],
  ['[::1]:1', { host: '::1', port: 1 }],
  ['10.0.0.1:65535', { host: '10.0.0.1', port: 65_535 }],
  ['10.0.0.1:65536', undefined],
  ['10.0.0.1:0', undefined],
  ['::1:5432', undefined],
  ['db.example.com', undefined],
])('the address %s', (text, parsed) => expect(parseAddress(text)).toEqual(parsed));

test.each([
  ['localhost', true],
  ['api.LOCALHOST.', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['10.127.0.1', false],
  ['127.0.0.1.example.com', false],
  ['mylocalhost', false],
])('%s is this machine: %s', (host, is) => expect(isLoopback(host)).toBe(is));
