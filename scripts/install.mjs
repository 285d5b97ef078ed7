// Installs the locked packages when they are not there, and runs a script of ours under the Node 24 among them.
// Node's own modules only, and nothing newer than Node 20: this runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node24 = join(root, 'node_modules/node/bin/node');

/** Whether node_modules holds what package-lock.json says; a platform's own optional packages may be absent. */
function isInstalled() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
  const have = packagesOf(installed);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(([path, wanted]) =>
    path === '' || have[path] === undefined ? path === '' || wanted.optional : have[path].version === wanted.version,
  );
}

const works = (program) => spawnSync(program, ['--version']).status === 0;

/** Makes sure of the packages; npm's words go to standard error. Ends the process when it cannot be done. */
export function install() {
  if (isInstalled() && works(node24)) return;
  process.stderr.write('installing packages (npm ci) ...\n');
  const started = Date.now();
  // Warnings are left out: an older Node than `engines` asks for is fine here, since the packages bring a newer one.
  const args = ['ci', '--loglevel=error', '--progress=true'];
  const { status, error } = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) stop(`npm ci failed${error ? `: ${error.message}` : ''}`);
  if (!works(node24)) stop(`${node24} does not run: were install scripts held back? try: npm rebuild node esbuild`);
  process.stderr.write(`installed in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** Runs a TypeScript file beside this one under Node 24 and ends as it ends. Ctrl-C is the child's to handle. */
export function runUnderNode24(file, args) {
  const folders = [dirname(node24), join(root, 'node_modules/.bin'), process.env.PATH ?? ''];
  const child = spawn(node24, [join(root, 'scripts', file), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: folders.join(delimiter) },
  });
  process.on('SIGINT', () => {}); // a terminal sends it to the child as well
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => stop(`${node24}: ${error.message}`));
  child.once('close', (code) => process.exit(code ?? 1));
}
