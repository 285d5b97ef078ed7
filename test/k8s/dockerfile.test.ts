// The Dockerfile against the rest of the tree: what it copies, runs and says is there.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { version } from '../../src/version.ts';
import { read, root } from '../docs/pages.ts';

const lines = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/ *\\\n */g, ' ')
  .split('\n')
  .filter((line) => line !== '');
const last = lines.slice(lines.indexOf('FROM scratch'));
const of = (instruction: string, from = last): string[] =>
  from.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1));

test('the base is an argument, and nothing of it but what is copied ends in the image', () => {
  expect(lines.filter((line) => line.startsWith('FROM '))).toEqual([
    expect.stringMatching(/^FROM \$\{BASE\} AS /),
    'FROM scratch',
  ]);
  expect(of('COPY')).toEqual(['--from=build /image/ /']);
  expect(of('RUN')).toEqual([]);
});

test('what it copies is there, and not ignored', () => {
  const copied = of('COPY', lines.slice(0, lines.indexOf('FROM scratch'))).flatMap((line) =>
    line.split(' ').slice(0, -1),
  );
  const kept = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'));
  expect(kept.map((line) => line.slice(1)).sort()).toEqual(copied.sort());
  for (const path of copied) expect(existsSync(root + path), path).toBe(true);
});

test('it runs as the user of the manifests, and has their entry and a health check that is a command', () => {
  expect(of('USER')).toEqual(['65532:65532']);
  expect(read('k8s/base/deployment.yaml')).toContain('runAsUser: 65532\n');
  expect(of('ENTRYPOINT')).toEqual(['["sidewarden"]']);
  const [, command = ''] = /CMD \["sidewarden", "(\w+)"\]$/.exec(of('HEALTHCHECK').join()) ?? [];
  expect(Object.keys(commands)).toContain(command);
});

test('the version on its label and in the manifests is that of the package', () => {
  expect(of('ARG')).toContain(`VERSION=${version}`);
  expect(read('k8s/base/deployment.yaml')).toContain(`/sidewarden:${version}\n`);
});
