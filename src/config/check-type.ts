// Which type a check has, or which one was probably meant.
import { z } from 'zod';
import type { Definition } from '../dependencies/define.ts';
import type { Explaining } from './explain.ts';
import { foreignType } from './foreign.ts';
import { quote } from './mask.ts';
import { nearest, normalise } from './nearest.ts';
import type { Path } from './places.ts';
import { unreadable } from './problems.ts';
import { checkShape } from './schema.ts';
import { settle } from './settle.ts';

type Given = { readonly explaining: Explaining; readonly definitions: readonly Definition[] };

/** The definition that `type` names; the findings say why there is none. */
export function findDefinition(
  { explaining, definitions }: Given,
  path: Path,
  written: Readonly<Record<string, unknown>>,
): Definition | undefined {
  const { findings, places } = explaining;
  const types = definitions.map(({ type }) => type);
  const here = [...path, 'type'];
  if (!Object.hasOwn(written, 'type')) {
    const guess = guessType(definitions, path, written);
    findings.add(
      here,
      'is missing',
      guess === undefined ? `add \`type\`: one of ${types.join(', ')}` : `add \`type: ${guess}\``,
    );
    return undefined;
  }
  const type = settle(written.type, [z.string()], here, findings);
  const definition = definitions.find((candidate) => candidate.type === type);
  if (definition !== undefined || type === unreadable) return definition;
  const text = typeof type === 'string' ? type : '';
  const alias = foreignType(normalise(text));
  const near = alias !== undefined && types.includes(alias) ? alias : nearest(text, types);
  const raw = places.get(here)?.raw;
  const read = raw === undefined || raw === '' ? '' : `${quote(raw)} `;
  findings.add(
    here,
    `${read}is not a type`,
    near === undefined ? `write one of ${types.join(', ')}` : `did you mean \`${near}\`?`,
  );
  return undefined;
}

/** The one type whose default check has this name, or that this name spells otherwise. */
function guessType(
  definitions: readonly Definition[],
  path: Path,
  written: Readonly<Record<string, unknown>>,
): string | undefined {
  const name = String(path.at(-1));
  const found = definitions.find(
    ({ type, environment }) => environment?.check === name || type === name || type === foreignType(normalise(name)),
  );
  return found !== undefined && Object.keys(written).every((key) => key in checkShape(found)) ? found.type : undefined;
}
