// The tokens of the configuration that may do a part: each with its name and its scopes.
import { z } from 'zod';
import { scopes } from '../core/access.ts';
import { secret, secretFile } from '../core/fields.ts';
import type { Secret, SecretRule } from '../core/secret.ts';
import { shownToken } from './mask.ts';

/** Of the token that guards routes, wherever it comes from. */
export const tokenRule: SecretRule = (text) =>
  /^[\x21-\x7e]{16,}$/.test(text) ? undefined : 'must have at least 16 characters, visible ASCII without spaces';

const scopedToken = () =>
  z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be a name such as grafana: small letters, digits, _ and -'),
      token: secret(tokenRule, () => shownToken).optional(),
      token_file: secretFile(tokenRule).optional(),
      scopes: z.array(z.enum(scopes)).min(1),
    })
    .superRefine(({ token, token_file }, context) => {
      if ((token === undefined) === (token_file === undefined))
        context.addIssue({
          code: 'custom',
          message: token === undefined ? 'has no token' : 'has both token and token_file',
          path: [],
          params: { fix: 'write token_file with the path of a file, or token with the name of a variable' },
        });
    });

type Scoped = { readonly name: string; readonly token?: Secret | undefined; readonly token_file?: Secret | undefined };

/** A name is who asked, wherever it is told; of two that have one token, only the first would count. */
function namedOnce(all: readonly Scoped[], context: z.RefinementCtx): void {
  const names = all.map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index)
      context.addIssue({
        code: 'custom',
        message: 'is the name of another token',
        path: [index, 'name'],
        params: { fix: 'give each token a name of its own: the log says who asked by it' },
      });
  }
  const sources = all.map(({ token, token_file }) => JSON.stringify(token?.source ?? token_file?.source));
  const shown = JSON.stringify({ value: shownToken }); // print-config writes it in place of each
  for (const [index, source] of sources.entries()) {
    const first = all[sources.indexOf(source)];
    if (source === undefined || source === shown || sources.indexOf(source) === index) continue;
    const message = `is the same token as that of ${first?.name}`;
    const fix = `give it one of its own, or give the scopes of both to ${first?.name}`;
    context.addIssue({ code: 'custom', message, path: [index], params: { fix } });
  }
}

export const scopedTokens = () => z.array(scopedToken()).max(50).superRefine(namedOnce);
