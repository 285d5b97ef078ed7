// sidewarden slo: what the running daemon knows of the objectives.
import { defineFeatureCommand, UsageError } from '../../cli/command.ts';
import { nearest } from '../../config/nearest.ts';
import { paintFor } from '../../core/terminal.ts';
import type { SloBody } from './answer.ts';
import type { SlosSettings } from './settings.ts';
import { sloText } from './text/text.ts';

export const command = defineFeatureCommand<SlosSettings>()({
  about: `The objectives that are in trouble come first, then all of
them; of one that is named, all that is known. It ends with 1 when the budget of one is spent, else with 0. The daemon is
asked by its control socket, which needs no token. --json prints what GET /slo answers.`,
  operands: { form: '[NAME]', most: 1 },
  options: { json: { type: 'boolean', summary: 'print JSON' } },
  examples: [
    ['sidewarden slo', 'which objective is in trouble, and how bad is it?'],
    ['sidewarden slo checkout', 'all that is known of one'],
    ['sidewarden slo --json | jq .objectives.checkout.service.budget', 'what is left of its budget, for a program'],
  ],
  async execute({ values, operands: [name], settings, ask, say }) {
    if (name !== undefined && !Object.hasOwn(settings, name))
      throw new UsageError(`there is no objective ${name}; ${hint(name, Object.keys(settings))}`);
    const { code, text } = await ask('GET', '/slo', undefined, 'application/json');
    if (code !== 200)
      throw new Error(code === 404 ? elsewhere('no objective') : `/slo answered ${code}: ${text.trim()}`);
    const body = chosen(JSON.parse(text) as SloBody, name);
    say(values.json === true ? `${JSON.stringify(body, null, 2)}\n` : sloText(body, paintFor(process.stdout), name));
    return Object.values(body.objectives).some(({ state }) => state === 'exhausted') ? 1 : 0;
  },
});

function hint(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? `the objectives are: ${names.join(', ') || 'none'}` : `did you mean ${near}?`;
}

const elsewhere = (has: string): string =>
  `the daemon has ${has}: it runs another configuration than the one that was read here`;

/** @throws Error for a name that the daemon does not know. */
function chosen(body: SloBody, name: string | undefined): SloBody {
  if (name === undefined) return body;
  const one = Object.hasOwn(body.objectives, name) ? body.objectives[name] : undefined;
  if (one === undefined)
    throw new Error(elsewhere(`no objective ${name}, only ${Object.keys(body.objectives).join(', ')}`));
  return { ...body, objectives: { [name]: one } };
}
