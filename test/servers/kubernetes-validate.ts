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
 * What is wrong with the objects.
 * @param versions of Kubernetes, such as `1.34`
 * @returns a line for each mistake; an object without a schema is one
 */
export async function validate(objects: readonly object[], versions: readonly string[]): Promise<readonly string[]> {
  const program = await locate(kubernetesValidate);
  const folder = await runFolder('kubernetes-validate');
  try {
    const file = join(folder, 'objects.yaml');
    await writeFile(file, objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n'));
    const args = ['--strict', ...versions.flatMap((version) => ['-k', version]), file];
    const { code, said } = await new Promise<{ code: unknown; said: string }>((resolve) => {
      execFile(program, args, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, said: stdout + stderr }));
    });
    const lines = said.trim().split('\n');
    const passed = lines.filter((line) => line.startsWith('INFO ') && line.includes(' passed for '));
    const others = lines.filter((line) => !passed.includes(line));
    if (others.length === 0 && (code !== 0 || passed.length !== objects.length * versions.length))
      return [`kubernetes-validate ended with ${String(code)} and passed ${passed.length} times: ${said}`];
    return others.map((line) => line.replace(`${file} `, ''));
  } finally {
    removeFolder(folder);
  }
}
