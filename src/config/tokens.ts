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
        context.addIssue({ code: 'custom', message: 'needs token or token_file, and not both', path: [] });
    });

type Scoped = { readonly name: string; readonly token?: Secret | undefined; readonly token_file?: Secret | undefined };

/** A name is who asked, wherever it is told; of two that have one token, only the first would count. */
function namedOnce(all: readonly Scoped[], context: z.RefinementCtx): void {
  const names = all.map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index)
      context.addIssue({ code: 'custom', message: 'is the name of another token', path: [index, 'name'] });
  }
  const written = all.map(({ token, token_file }) => JSON.stringify(token?.source ?? token_file?.source));
  for (const [index, text] of written.entries()) {
    if (text !== undefined && written.indexOf(text) < index)
      context.addIssue({ code: 'custom', message: 'is the token of another: the second does nothing', path: [index] });
  }
}

export const scopedTokens = () => z.array(scopedToken()).max(50).superRefine(namedOnce);
