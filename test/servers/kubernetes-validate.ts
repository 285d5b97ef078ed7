// The schemas of Kubernetes, by the program that brings them along: unknown fields are refused.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { removeFolder, runFolder } from './process.ts';
import { fromPyPI, locate, type Source } from './source.ts';

/** No candidates: what a machine has may lack the versions that the tests name. */
export const kubernetesValidate: Source = {
  what: 'kubernetes-validate 1.37',
  variable: 'SIDEWARDEN_TEST_KUBERNETES_VALIDATE',
  candidates: [],
  download: fromPyPI('kubernetes-validate==1.37.0', 'bin/kubernetes-validate'),
  packages: ['python3', 'python3-venv'],
};

/**
 * What is wrong with the objects of each set. One start of the program for all of them: it takes half a second.
 * @param versions of Kubernetes, such as `1.34`
 * @returns for each set a line for each mistake; an object without a schema is one
 */
export async function validate(
  sets: readonly (readonly object[])[],
  versions: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const program = await locate(kubernetesValidate);
  const folder = await runFolder('kubernetes-validate');
  try {
    const files = sets.map((_, place) => join(folder, `${place}.yaml`));
    const texts = sets.map((objects) => objects.map((object) => stringify(object, { aliasDuplicateObjects: false })));
    for (const [place, file] of files.entries()) await writeFile(file, texts[place]?.join('---\n') ?? '');
    const args = ['--strict', ...versions.flatMap((version) => ['-k', version]), ...files];
    const { code, said } = await new Promise<{ code: unknown; said: string }>((resolve) => {
      execFile(program, args, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, said: stdout + stderr }));
    });
    const lines = said.trim().split('\n');
    const isPassed = (line: string) => line.startsWith('INFO ') && line.includes(' passed for ');
    const found = files.map((file, place) => {
      const own = lines.filter((line) => line.includes(`${file} `));
      const others = own.filter((line) => !isPassed(line));
      const passed = own.length - others.length;
      if (others.length === 0 && passed !== (sets[place]?.length ?? 0) * versions.length)
        return [`kubernetes-validate ended with ${String(code)} and passed ${passed} times: ${said}`];
      return others.map((line) => line.replace(`${file} `, ''));
    });
    const unsaid = lines.filter((line) => !files.some((file) => line.includes(`${file} `)));
    const isRight = found.every((mistakes) => mistakes.length === 0);
    if (unsaid.length > 0 || (isRight && code !== 0)) throw new Error(`kubernetes-validate: ${String(code)} ${said}`);
    return found;
  } finally {
    removeFolder(folder);
  }
}
