// Files of secrets, whoever reads one: the same rules everywhere, and those of the setting itself.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are configurations.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { probeOnce } from '../../src/checks/probe-once.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { Secret } from '../../src/core/secret.ts';
import { readTls, reveal } from '../../src/dependencies/credentials.ts';
import { openCertificate } from '../../src/http/certificate.ts';
import { fileOf, loadText, right, wrong } from '../config/load.ts';
import { makeCertificates } from '../servers/certificates.ts';
import { freePort, removeFolder, runFolder } from '../servers/process.ts';

const mark = Buffer.from([0xef, 0xbb, 0xbf]);
const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('hunter2', 'utf16le')]);
const bytes = (...pieces: (string | Buffer)[]): Buffer => Buffer.concat(pieces.map((piece) => Buffer.from(piece)));

describe('what a secret’s file holds', () => {
  it.each<[string, Buffer, string]>([
    ['a line', bytes('hunter2\n'), 'hunter2'],
    ['no line break', bytes('hunter2'), 'hunter2'],
    ['a line of Windows', bytes('hunter2\r\n'), 'hunter2'],
    ['two line breaks, of which one is the file’s', bytes('hunter2\n\n'), 'hunter2\n'],
    ['a byte-order mark', bytes(mark, 'hunter2\n'), 'hunter2'],
    ['spaces at either end', bytes(' hunter2 \n'), ' hunter2 '],
    ['letters beyond ASCII', bytes('hüntér€\n'), 'hüntér€'],
  ])('%s', (_, text, value) => {
    expect(reveal(Secret.fromFile(fileOf(text)))).toBe(value);
    // the same where the configuration needs the text now
    const { checks } = right(
      loadText('checks: { a: { type: http, url: "http://h", body: "<${V}>" } }', { V_FILE: fileOf(text) }),
    );
    expect(reveal(checks[0]?.settings.body as Secret)).toBe(`<${value}>`);
  });

  it.each<[string, Buffer, RegExp]>([
    ['nothing', bytes(), /is empty/],
    ['a line break alone', bytes('\n'), /is empty/],
    ['a byte-order mark alone', bytes(mark), /is empty/],
    ['a byte-order mark and a line break', bytes(mark, '\r\n'), /is empty/],
    ['Latin-1', Buffer.from('hüntér\n', 'latin1'), /is not UTF-8 text/],
    ['a cut letter', Buffer.from([0x68, 0xc3]), /is not UTF-8 text/],
    ['UTF-16', utf16, /is UTF-16 text/],
    ['big-endian UTF-16', Buffer.from([0xfe, 0xff, 0, 0x68]), /is UTF-16 text/],
    ['UTF-16 without a mark', Buffer.from('hunter2', 'utf16le'), /holds a zero byte/],
  ])('%s is refused by name, and not shown', (_, text, says) => {
    const file = fileOf(text);
    const refusal = () => reveal(Secret.fromFile(file));
    expect(refusal).toThrow(file);
    expect(refusal).toThrow(says);
    expect(refusal).not.toThrow(/h.{0,3}nt/);
    const [problem] = wrong(
      loadText('checks: { a: { type: http, url: "http://h", body: "<${V}>" } }', { V_FILE: file }),
    );
    expect(problem?.message).toMatch(says);
    expect(problem?.message).toContain('V_FILE');
  });
});

describe('the rule of the setting holds for its file', () => {
  const token = (text: string) => right(loadText(`token_file: ${fileOf(text)}`)).token as Secret;
  it.each(['!', 'fifteen-letters', 'sixteen letters!', 'sixteen-letters\n!', 'sixteen-létters!'])(
    'a token %j',
    (text) => {
      const read = () => reveal(token(text));
      expect(read).toThrow(
        /cannot use what is in .*: it must have at least 16 characters, visible ASCII without spaces/,
      );
      expect(read).not.toThrow(text);
      const variable = right(loadText('token: ${T}', { T_FILE: fileOf(text) })).token as Secret;
      expect(() => reveal(variable)).toThrow('at least 16 characters');
    },
  );
  it('a good one', () => {
    expect(reveal(token('0123456789abcdef\n'))).toBe('0123456789abcdef');
  });
});

it('PEM files may have a mark and any coding between their blocks, but not be UTF-16', async () => {
  const folder = await runFolder('secret-files');
  try {
    const made = await makeCertificates(folder);
    const pem = (file: string) => readFileSync(file);
    const serve = (certFile: string) => {
      const keyFile = fileOf(bytes(mark, pem(made.key)));
      const opened = openCertificate({ certFile, keyFile }, { log: {} as never, read: () => {}, lookMs: 60_000 });
      opened.close();
      return opened.material;
    };
    const ca_file = fileOf(bytes(mark, Buffer.from('# Autorité\n', 'latin1'), pem(made.ca)));
    const cert_file = fileOf(bytes(mark, pem(made.clientCert)));
    const key_file = fileOf(bytes(mark, pem(made.clientKey)));
    const read = readTls({ ca_file, cert_file, key_file, insecure_skip_verify: false });
    for (const text of [read.cert, read.key]) expect(text).toMatch(/^-----BEGIN/);
    expect(serve(fileOf(bytes(mark, pem(made.cert)))).cert).toMatch(/^-----BEGIN/);
    const wide = fileOf(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(pem(made.ca).toString(), 'utf16le')]));
    expect(() => readTls({ ca_file: wide, insecure_skip_verify: false })).toThrow(
      `cannot use ${wide}: it is UTF-16 text`,
    );
    expect(() => serve(wide)).toThrow(`cannot use ${wide}: it is UTF-16 text`);
  } finally {
    await removeFolder(folder);
  }
});

it('the target of a URL in a file is its server once it was read, follows a rotation, and holds no secret', async () => {
  const ports = [await freePort(), await freePort()];
  const schemes = { DATABASE_URL: 'postgres', ELASTICSEARCH_URL: 'http', REDIS_URL: 'redis', APP_URL: 'http' };
  const files = Object.entries(schemes).map(([name, scheme]) => ({ name, scheme, file: fileOf('') }));
  const environment = Object.fromEntries(files.map(({ name, file }) => [`${name}_FILE`, file]));
  const write = (rest: string) => {
    for (const { scheme, file } of files) writeFileSync(file, `${scheme}://user:hunter2@${rest}\n`);
  };
  write(`127.0.0.1:${ports[0]}/1`);
  const { checks, secrets } = right(loadConfiguration({ environment }));
  const targets = () => checks.map(({ definition, settings }) => definition.target(settings as never));
  const [database, search, redis, app] = targets();
  expect([database, search, redis, app]).toEqual([
    'postgres',
    environment.ELASTICSEARCH_URL_FILE,
    environment.REDIS_URL_FILE,
    'URL from a file',
  ]);
  const probe = async () => {
    const bodies = await probeOnce(checks, { clock: systemClock, redact: createRedactor(() => secrets) });
    return Object.values(bodies).map(({ target }) => target);
  };
  expect(await probe()).toEqual(Array(4).fill(`127.0.0.1:${ports[0]}`));
  write(`127.0.0.1:${ports[1]}/1`);
  expect(await probe()).toEqual(Array(4).fill(`127.0.0.1:${ports[1]}`));
  write('h/hunter2@x'); // what cannot be read leaves the last that could
  expect(await probe()).toEqual(Array(4).fill(`127.0.0.1:${ports[1]}`));
});
