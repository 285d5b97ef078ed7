// References of other tools (a shell, Kubernetes, Windows, Helm) that nobody filled in, and that would be taken for the value.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these strings are about that very form.
import { ofTemplate } from './yaml-mistakes.ts';

type Wrong = { readonly message: string; readonly fix: string };

/** The whole of a string, or the whole of a host before its port. */
const ofShell = /^\$(?:[A-Z_][A-Z0-9_]*|\([^()]*\))(?::\d+)?$/;
/** User, password or host of a URL. */
const inUrl = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#]*[:@])?\$(?:[A-Z_][A-Z0-9_]*|\(\w*\))(?=[:@/?#]|$)/;
const ofWindows = /^%[A-Z_][A-Z0-9_]*%$/;
const whole = /^\s*\{\{.*\}\}\s*$/s;
/** A template of an alert, which Prometheus fills in. */
const ofAlert = /\{\{[^{}]*\$(?:labels|value|external\w+)\b/;

/** One that Prometheus would fill in too, and that looks as those of Helm. */
const dotted = /\{\{[^{}]*\.(?:Labels|ExternalLabels|ExternalURL|Value)\b/;

/** What is wrong with a string of the file that is such a reference; no word of it, since it may be a password all the same. */
export function unfilled(text: string): Wrong | undefined {
  if (whole.test(text) && dotted.test(text))
    return {
      message: 'is a template of Prometheus as Helm could have it too',
      fix: 'write `$labels`, `$value`, `$externalLabels` or `$externalURL` in place of `.Labels` and its like',
    };
  if (whole.test(text) && !ofAlert.test(text)) return { message: ofTemplate[0], fix: ofTemplate[1] };
  if (ofWindows.test(text))
    return { message: 'is a variable as Windows writes it, and would be the value itself', fix: 'write `${NAME}`' };
  if (!ofShell.test(text) && !inUrl.test(text)) return undefined;
  return {
    message: 'holds a variable as a shell or Kubernetes writes it, and would be the value itself',
    fix: 'write a variable in braces: `${NAME}`; a `$` that is meant is written `$$`',
  };
}
