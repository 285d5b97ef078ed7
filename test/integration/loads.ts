// What a running daemon has loaded of the build, and which packages that holds.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** https://esbuild.github.io/api/#metafile */
type Metafile = { outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }> };

const dist = new URL('../../dist/', import.meta.url);
export const { outputs } = JSON.parse(readFileSync(new URL('metafile.json', dist), 'utf8')) as Metafile;
/** For `node`: the daemon then says on standard error what it loads. */
export const reportLoads = `--import=${fileURLToPath(new URL('report-loads.mjs', import.meta.url))}`;

/** Files of the build in what a daemon said. */
export const filesIn = (said: string): readonly string[] =>
  [...said.matchAll(/^loaded file:\/\/.*\/(dist\/.*)$/gm)].map(([, file = '']) => file);

/** The package that a file is of; our own files are of none. */
const packageOf = (file: string): string | undefined => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];

export function packagesIn(files: readonly string[]): ReadonlySet<string | undefined> {
  const held = files.flatMap((file) => Object.entries(outputs[file]?.inputs ?? {}));
  return new Set(held.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => packageOf(file)));
}
