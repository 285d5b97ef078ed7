// Templates that Prometheus takes are taken, and those that it refuses are refused, by the word of promtool.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { packs } from '../../../src/features/alerts/catalogue/index.ts';
import { templateMistake } from '../../../src/features/alerts/templates.ts';
import { removeFolder, runFolder } from '../../servers/process.ts';
import { runPromtool } from '../../servers/prometheus.ts';

const right = [
  ...['no template', '{ one brace }', '', '{{ $labels.check }}', '{{$value}}', '{{ $value | humanizePercentage }}'],
  ...[
    '{{- $value -}}',
    '{{/* a word */}}',
    '{{ "}}" }}',
    '{{ "a \\" b" }}',
    '{{ `a` }}',
    "{{ 'a' }}",
    '{{ 1.5 }}',
    '{{ -3 }}',
  ],
  ...[
    '{{ $externalLabels.cluster }}',
    '{{ $externalURL }}',
    '{{ .Labels.check }}',
    '{{ $.Labels.a }}',
    '{{ $labels }}',
  ],
  ...['{{ index $labels "a-b" }}', '{{ (printf "%s" $value) }}', '{{ humanize\n$value }}', '{{ $labels.é }}'],
  ...['{{ $v := $value }}{{ $v }}', '{{ if gt $value 0.5 }}a{{ else if true }}b{{ else }}c{{ end }}'],
  ...[
    '{{ with query "up" }}{{ . | first | value | humanize }}{{ end }}',
    '{{ range $i, $e := query "up" }}{{ $e.Labels.job }}{{ end }}',
  ],
  ...[
    '{{ range query "up" }}{{ .Labels.job }}{{ end }}',
    '{{ define "x" }}a{{ end }}{{ template "x" . }}',
    '{{ (query "up" | first).Labels.job }}',
  ],
];
const refused: readonly (readonly [text: string, message: string, fix: string])[] = [
  ['{{ $labels.check | humanise }}', 'has humanise in a template, which is no function of Prometheus', '`humanize`'],
  ['{{ foo $value }}', 'has foo in a template', 'such as humanize'],
  ['{{ $labels. }}', 'has a dot in a template that no name follows', '`$labels.NAME`'],
  ['{{ $label.check }}', 'has $label in a template, which is no variable', '`$labels`'],
  ['{{ $checks }}', 'has $checks in a template', 'one of $labels, $value'],
  ['{{ $labels.a-b }}', 'has a `-` in a template', 'index $labels'],
  ['{{ }}', 'nothing in it', 'write a template as'],
  ['{{}}', 'nothing in it', 'write a template as'],
  ['{{ $value', 'has a `{{` that no `}}` ends', 'write a template as'],
  ['{{ "a }}', 'a quote in a template that is not closed', 'add the closing "'],
  ['{{ ($value }}', 'parentheses in a template that are not a pair', 'close'],
  ['{{ $value) }}', 'parentheses in a template that are not a pair', 'close'],
  ['{{ if $value }}x', 'has a {{ if }} that nothing ends', '{{ end }}'],
  ['x {{ end }}', 'has an {{ end }} that ends nothing', 'leave it out'],
  ['{{ else }}', 'outside of {{ if }}', 'leave it out'],
  ['{{ | humanize }}', 'has a `|`', 'as `{{ $value | humanize }}`'],
  ['{{ $value | 5 }}', 'has a `|`', 'as `{{ $value | humanize }}`'],
  ['{{{ $value }}}', 'has `{` in a template', 'write a template as'],
  ['{{ $value; }}', 'has `;` in a template', 'write a template as'],
  ['{{ %s }}', 'has `%` in a template', 'write a template as'],
];
/** Prometheus takes these, and shows an error or braces in place of the text. */
const useless: typeof refused = [
  ['{{ .Foo }}', 'has .Foo in a template, which an alert does not have', '`$labels.check`'],
  ['{{ $value.x }}', 'has a field of $value', 'write `$value`'],
  ['{{ $value }} }}', 'has a `}}` that no `{{` begins', 'write a template as'],
  ['}} {{ $value }}', 'has a `}}` that no `{{` begins', 'write a template as'],
];

test.each(right)('%j is right', (text) => expect(templateMistake(text)).toBeUndefined());
test.each([...refused, ...useless])('%j is refused', (text, message, fix) => {
  const found = templateMistake(text);
  expect(found?.message).toContain(message);
  expect(found?.fix).toContain(fix);
});
test('those of the catalogue are right', () => {
  for (const { alerts } of packs)
    for (const { description } of alerts) expect(templateMistake(description), description).toBeUndefined();
});

describe('promtool', () => {
  test('says the same', async () => {
    const folder = await runFolder('templates');
    try {
      const said = async (texts: readonly string[]): Promise<string> => {
        const rules = texts.map((text, index) => ({ alert: `A${index}`, expr: 'vector(1)', annotations: { text } }));
        const file = join(folder, 'rules.yaml');
        writeFileSync(file, stringify({ groups: [{ name: 'one', rules }] }));
        return (await runPromtool(['check', 'rules', file])).output;
      };
      expect(await said(right)).toContain(`SUCCESS: ${right.length} rules found`);
      const wrong = await said(refused.map(([text]) => text));
      expect(refused.filter((_, index) => !wrong.includes(`"A${index}"`)).map(([text]) => text)).toEqual([]);
    } finally {
      removeFolder(folder);
    }
  });
});
