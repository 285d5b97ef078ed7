// The index of the runbooks, and the list of guides.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { packs } from '../src/features/alerts/catalogue/index.ts';
import { guides, read, root } from '../test/docs/pages.ts';
import { between, cell, type Part, table } from './part.ts';

/** As a link, once the page is written. */
const runbookOf = (alert: string): string =>
  existsSync(`${root}docs/runbooks/${alert}.md`) ? `[${alert}](${alert}.md)` : alert;

/** The heading of a page, and the first sentence below it. */
function beginningOf(page: string): { readonly title: string; readonly about: string } {
  const [, title, about] = /^# (.+)\n\n([\s\S]+?[.:])\s/.exec(read(page)) ?? [];
  if (title === undefined || about === undefined)
    throw new Error(`${page} does not begin with a heading and a sentence`);
  return { title, about: about.replaceAll('\n', ' ').replace(/:$/, '.') };
}

export const guideParts: readonly Part[] = [
  table(
    'docs/runbooks/README.md',
    'alerts',
    ['alert', 'severity', 'pack', 'what is wrong'],
    packs
      .flatMap(({ name, alerts }) => alerts.map((alert) => ({ pack: name, ...alert })))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .map(({ name, severity, pack, summary }) => [runbookOf(name), severity, pack, cell(summary)]),
  ),
  between(
    'docs/README.md',
    'guides',
    guides
      .map((page) => ({ page, ...beginningOf(page) }))
      .map(({ page, title, about }) => `- [${title}](guides/${basename(page)}): ${about}`)
      .join('\n') || '- There is none yet.',
  ),
];
