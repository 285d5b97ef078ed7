// The pages of the repository, and what stands in them.
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** In the order of their names. */
const pagesOf = async (folder: string): Promise<readonly string[]> =>
  (await readdir(root + folder))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `${folder}/${name}`);

/** One for each alert, and their index. */
export const runbooks: readonly string[] = await pagesOf('docs/runbooks');
export const guides: readonly string[] = await pagesOf('docs/guides');

/** Paths from the top of the tree. */
export const pages: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...(await pagesOf('docs')),
  ...runbooks,
  ...guides,
];

/** Pages that are not named after the key. */
const named: Readonly<Record<string, string>> = { slos: 'docs/slo.md' };

/** Of a feature. @param key in the configuration */
export const pageOfFeature = (key: string): string => named[key] ?? `docs/${key.replaceAll('_', '-')}.md`;

export const read = (path: string): string => readFileSync(root + path, 'utf8');

export type Block = { readonly page: string; readonly language: string; readonly text: string };

/** The code blocks of one language; of every page unless told. A block inside a block of more backticks counts too. */
export function blocks(language: string, inPages: readonly string[] = pages): readonly Block[] {
  const wanted = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return inPages.flatMap((page) => [...read(page).matchAll(wanted)].map(([, text = '']) => ({ page, language, text })));
}

/** The one block of a page that contains this text. */
export function blockWith(page: string, language: string, part: string): string {
  const found = blocks(language, [page]).filter(({ text }) => text.includes(part));
  if (found.length !== 1) throw new Error(`${page} has ${found.length} ${language} blocks with ${part}`);
  return found[0]?.text ?? '';
}

/** The cells of a table's rows, below the header that begins with this cell. */
export function rowsBelow(page: string, header: string): readonly (readonly string[])[] {
  const lines = read(page).split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${header} |`));
  if (start < 0) throw new Error(`${page} has no table that begins with ${header}`);
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
