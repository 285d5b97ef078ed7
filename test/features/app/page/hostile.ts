// Pages as no service should write them, drawn by a seed.

/** https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32 */
export function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let one = Math.imul(state ^ (state >>> 15), 1 | state);
    one = (one + Math.imul(one ^ (one >>> 7), 61 | one)) ^ one;
    return Math.floor((((one ^ (one >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const lines = [
  ...['# HELP go_gc Some \\\\ help\\n here.', '# TYPE go_gc summary', 'go_gc{quantile="0.5"} 4.5e-05', 'go_gc_sum 0.1'],
  ...[
    'go_gc_count 12',
    '# TYPE http histogram',
    'http_bucket{code="200",le="0.1"} 5',
    'http_bucket{code="200",le="+Inf"} 9',
  ],
  ...[
    'http_sum{code="200"} 4.2',
    'http_count{code="200"} 9',
    '# TYPE http_count counter',
    '# TYPE http gauge',
    'http 1',
  ],
  ...['# TYPE foo counter', 'foo_total{b="2",a="1"} 7 1700000000000', 'foo_created 1.7e9', 'foo_total{a="1",b="2",} 8'],
  ...['{"my.name","a.b"="c"} 1', 'x{path="C:\\\\dir\\"q\\"",msg="a\\nb"} NaN', 'x{v="äöü 👋"} +Inf', 'x -1e+300 -5'],
  ...[
    '# TYPE s stateset',
    's{s="on"} 1 # {trace_id="abc"} 0.5 1700000000.5',
    '# UNIT foo seconds',
    '# EOF',
    '',
    '<html>',
  ],
  ...['sidewarden_check_up 1', 'pg_up 1', '# TYPE "utf8.é" info', '{"utf8.é_info",v="1"} 1', 'le{le="x"} 1', '9bad 1'],
  ...['# TYPE jobs counter', 'jobs 1', 'jobs_constructor 2', 'http_constructor 3', '# TYPE hasOwnProperty gauge'],
  ...['hasOwnProperty 1', 'constructor{__proto__="1",constructor="2",valueOf="3"} 4', '# TYPE x toString'],
  ...['y{a="1",a1="2",aa="3",a_="4"} 1', 'y{aa="3",a1="2",a="1",a_="4"} 2', 'y{a="1",b="2",a="3"} 1'],
];
const tokens = [
  '{',
  '}',
  '"',
  '\\',
  ',',
  '=',
  '#',
  ' ',
  '\t',
  '\n',
  '\r',
  '\0',
  '_sum',
  '_count',
  '_bucket',
  '_constructor',
  '_toString',
  '_valueOf',
  '___proto__',
  '_hasOwnProperty',
  'le',
  'é',
  'NaN',
];
const more = [
  '# TYPE ',
  '# HELP ',
  '# {',
  '1e309',
  '__name__="a"',
  '\xff',
  '\xc3',
  '{}',
  '""',
  ' 1',
  '0',
  'e',
  '-',
  '.',
  ':',
];

/** Mutated lines, cut and joined; what ends as a line and what does not is a matter of chance. */
export function hostilePage(random: (below: number) => number, length: number): Buffer {
  let page = '';
  for (let at = 0; at < length; at += 1) {
    let line = lines[random(lines.length)] ?? '';
    for (let mutations = random(4); mutations > 0; mutations -= 1) line = mutated(line, random);
    page += random(100) === 0 ? line : `${line}\n`;
  }
  return Buffer.from(page, 'latin1');
}

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');
const inserted = [...tokens.map(latin1), ...more];
for (const [at, line] of lines.entries()) lines[at] = latin1(line);

function mutated(line: string, random: (below: number) => number): string {
  const at = random(line.length + 1);
  const to = at + random(6);
  const pieces = [
    () => line.slice(0, at) + (inserted[random(inserted.length)] ?? '') + line.slice(at),
    () => line.slice(0, at) + line.slice(to),
    () => line.slice(0, at) + line.slice(at, to) + line.slice(at),
    () => line.slice(0, at) + String.fromCharCode(random(256)) + line.slice(at + 1),
    () => line.slice(at) + line.slice(0, at),
    () => line.slice(0, at) + (lines[random(lines.length)] ?? '').slice(random(10)),
  ];
  return pieces[random(pieces.length)]?.() ?? line;
}
