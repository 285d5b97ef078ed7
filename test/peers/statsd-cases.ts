// What is sent to Sidewarden and to statsd_exporter alike, and where their series differ, and why. Whatever is not among the
// differences is the same.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are templates of mappings.

/** A mapping as `app.statsd.mappings` has it. */
export type Mapping = {
  readonly match: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly type?: 'counter' | 'gauge' | 'histogram';
  readonly buckets?: readonly number[];
  readonly drop?: boolean;
};

/** A mapping as statsd_exporter has it. */
export const theirMapping = ({ match, name, labels, type, buckets, drop }: Mapping): object => ({
  ...{ match, name, labels },
  ...(type !== undefined && { match_metric_type: type === 'histogram' ? 'observer' : type }),
  ...(buckets !== undefined && { observer_type: 'histogram', histogram_options: { buckets } }),
  ...(drop === true && { action: 'drop' }),
});

export const mappings: readonly Mapping[] = [
  {
    match: 'dispatch.*.*.*',
    name: 'dispatch_events_total',
    labels: { processor: '$1', action: '$2', outcome: '$3', job: 'dispatch' },
  },
  { match: '*.signup.*', name: 'signup_total', labels: { provider: '$2', server: '${1}_server' } },
  { match: 'named.*.*', name: 'named_${2}_total', labels: { provider: '$1' } },
  { match: 'tagged.*', name: 'tagged', labels: { tag: '$1', none: '$2', whole: '$0', both: '${0}/${1}' } },
  // The first that matches, whichever is more exact.
  { match: 'order.*.c', name: 'order_first' },
  { match: 'order.b.c', name: 'order_second' },
  { match: 'order.b.*', name: 'order_third' },
  // A longer way that leads nowhere.
  { match: 'back.b.*.d', name: 'back_deep' },
  { match: 'back.*.c.e', name: 'back_other', labels: { word: '$1' } },
  // One name for lines of several types.
  { match: 'typed.*', name: 'typed_total', type: 'counter' },
  { match: 'typed.*', name: 'typed_seconds', type: 'histogram', buckets: [0.1, 1] },
  { match: 'typed.*', name: 'typed_now', type: 'gauge', labels: { word: '$1' } },
  { match: 'debug.*', name: 'debug', drop: true },
  { match: 'silent.*', name: 'silent', type: 'gauge', drop: true },
  ...['timed', 'sized', 'mixed', 'thirds'].map((name) => ({
    ...{ match: `${name}.*`, name, labels: { step: '$1' } },
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 10, 100],
  })),
  { match: 'unbraced.*', name: 'unbraced', labels: { word: '$1_x' } },
  { match: 'strict.*', name: 'strict', type: 'histogram', buckets: [1] },
  { match: 'within.*', name: 'within', labels: { word: '$1' }, buckets: [1] },
];

/** Lines of which both make the same series; those of one row come in one packet. */
export const alike: Readonly<Record<string, string | Buffer>> = {
  counters: 'count:1|c\ncount:41|c\ncount.half:.5|c\ncount.half:5.|c\ncount.e:1e3|c\ncount.plus:+1|c',
  'counters that go down': 'down:3|c\ndown:-1|c',
  'sample rates of counters': 'rated:1|c|@0.1\nrated:2|c|@0.5\nrated:1|c|@1\nrated:3|c|@0.3',
  gauges: 'level:5|g\nlevel:7.5|g\nlevel.e:-0|g\nsampled:5|g|@0.1',
  'signed gauges, as changes': 'signed:5|g\nsigned:-2|g\nsigned:+1|g\nsigned.below:-2|g',
  'timers, in milliseconds': 'timed.a:200|ms\ntimed.a:50|ms\ntimed.a:0.5|ms\ntimed.b:200000|ms|@0.1',
  'histograms and distributions':
    'sized.a:0.25|h\nsized.a:0.26|h\nsized.a:7|d\nsized.b:1000|d\nsized.b:-1|h\nsized.b:1|d|@0.5\nsized.b:2|h|@0.25',
  'values packed': 'sized.c:0.1:0.2:30|h\nsized.c:1:2|d|@0.5|#t:x\ntimed.c:10:20:3000|ms',
  tags: 'tags:1|c|#a:b\ntags:1|c|#b:2,a:1\ntags:1|c|#a:1,b:2\ntags:1|c|#url:http://x/y?z,wü.x:ö\ntags:1|c|#9a:b\ntags:1|c|#a: b \ntags:1|g',
  'tags without name or value':
    'sparse:1|c|#,a:b,,\nsparse:1|c|#:b\nsparse:1|c|#a:\nsparse:1|c|#\nsparse:1|c|#a:b,#c:d',
  'tags to be escaped': 'escaped:1|c|#a:"\\',
  'tags and a rate, either way round': 'either:1|c|#a:b|@0.5\neither:1|c|@0.5|#a:b',
  'tags in the name': 'name#a=b,c=d:1|c\nname,a=b:1|c\nname[a=b,c=d]:1|c\nna[a=b]me:1|c\nname[a=b:1|c\nname#:1|c',
  'tags in two ways': 'twice,a=b:1|c|#c:d\ntwice[a=b]:1|c|#c:d\ntwice:1|c',
  times: 'stamped:1|c|T1656581400\nstamped:1|c|#a:b|T1656581400\nstamped:1|g|T1656581400',
  names: '7up:1|c\na-b c/ü.d:1|c\nUPPER.Case:1|c\na:1|c\n_:1|c\n.dot.:1|c\ncollide.a:1|c\ncollide-a:1|c',
  'two types under one name': 'one:1|c\none:2|g\none:3|h\none:4|c',
  'a histogram and what looks like a part of it': 'within.a:1|h\nwithin_count:1|c\nwithin_sum:1|c\nwithin_bucket:1|c',
  'what is no line':
    'x\nx:1\nx|c\n:1|c\nx:|c\nx:a|c\nx: 1|c\nx:1 |c\nx:1|\nx:1|x\nx:1|C\nx:1|c|\nx:1|c||#a:b\nx:1|c|%0.5\n\n\nafter:1|c\n',
  'events and service checks': '_e{5,4}:title|text|#a:b\n_sc|check|0|#a:b\n_sc|check|0|m:it:works',
  'what is no UTF-8': Buffer.from('latin\xe9:1|c', 'latin1'),
  mappings:
    'dispatch.Foo.send.success:1|c\ndispatch.Foo.send.success:2|c\ndispatch.Foo.send.failure:1|c\ndispatch.Foo.send:1|c\nacme.signup.facebook:1|c\nacme.signup.facebook.x:1|c\nnamed.a.b-c:2|c',
  'mappings and tags': 'tagged.word:1|c|#tag:sent,other:1,none:2\ntagged:1|c|#tag:sent\ntagged.:1|c',
  'which mapping': 'order.b.c:1|c\norder.b.d:1|c\norder.x.c:1|c\norder.x.d:1|c\nback.b.c.e:1|c\nback.b.c.d:1|c',
  'mappings by type': 'typed.a:1|c\ntyped.a:0.5|h\ntyped.a:500|ms\ntyped.a:3|g',
  'mappings that drop': 'debug.a:1|c\ndebug.a:1|g\ndebug.a:1|h\ndebug:1|c\nsilent.a:1|g\nsilent.b:1|c',
};

/** A line, or lines, of which they make different series. */
export type Difference = {
  readonly lines: string;
  /** What every name of those series begins with. */
  readonly of: string;
  /** With labels in the order of their names; without those that are the same. */
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
  readonly reason: string;
};

const strict = 'a line that is not as the protocol has it is refused whole, and counted';
const capped = 'lines, names and tags have a cap; what is over it is refused, and counted';

export const differences: Readonly<Record<string, Difference>> = {
  'counters and gauges with packed values': {
    lines: 'packed.count:1:2:3|c\npacked.level:1:2|g',
    of: 'packed_',
    ours: ['packed_count{} 6', 'packed_level{} 2'],
    theirs: [],
    reason: 'DogStatsD 1.1 packs them, and here each counts; theirs packs timers, histograms and distributions alone',
  },
  'one name for several samples': {
    lines: 'several:1|c:2|c',
    of: 'several',
    ours: [],
    theirs: ['several{} 3'],
    reason:
      'refused, and counted: `a:1|c:2|c` is of the first StatsD, and a colon after the type is no part of DogStatsD',
  },
  'a rate of which 1 / rate is no whole number': {
    lines: 'thirds.a:1|h|@0.3',
    of: 'thirds',
    ours: [
      ...['1', '10', '100', '+Inf'].map((bound) => `thirds_bucket{le="${bound}",step="a"} 3.33333333`),
      ...['thirds_count{step="a"} 3.33333333', 'thirds_sum{step="a"} 3.33333333'],
    ],
    theirs: [
      ...['1', '10', '100', '+Inf'].map((bound) => `thirds_bucket{le="${bound}",step="a"} 3`),
      ...['thirds_count{step="a"} 3', 'thirds_sum{step="a"} 3'],
    ],
    reason: 'counts as 1 / rate; theirs repeats a value of a histogram, and so rounds down: at 0.3 a tenth is lost',
  },
  'rates that are none': {
    lines: 'rate.zero:1|c|@0\nrate.two:1|c|@2\nrate.word:1|c|@x',
    of: 'rate_',
    ours: [],
    theirs: ['rate_two{} 0.5', 'rate_word{} 1', 'rate_zero{} 1'],
    reason: strict,
  },
  'numbers that are none': {
    lines: 'number.inf:Inf|c\nnumber.nan:NaN|g\nnumber.hex:0x10p0|c\nnumber.bad:1:x:2|h',
    of: 'number_',
    ours: [],
    theirs: [
      ...['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5'].map((bound) => `number_bad_bucket{le="${bound}"} 0`),
      'number_bad_bucket{le="1"} 1',
      ...['2.5', '5', '10', '+Inf'].map((bound) => `number_bad_bucket{le="${bound}"} 2`),
      ...['number_bad_count{} 2', 'number_bad_sum{} 3'],
      ...['number_hex{} 16', 'number_inf{} Infinity', 'number_nan{} NaN'],
    ],
    reason: `${strict}: one Inf or NaN would spoil a series for good`,
  },
  'a tag without a value': {
    lines: 'flagged:1|c|#flag',
    of: 'flagged',
    ours: ['flagged{flag="true"} 1'],
    theirs: ['flagged{} 1'],
    reason:
      'has the value `true`, since DogStatsD has such tags; theirs leaves them out, and adds up what the client keeps apart',
  },
  'two tags with one name': {
    lines: 'doubled:1|c|#a:1,a:2',
    of: 'doubled',
    ours: ['doubled{a="1"} 1'],
    theirs: ['doubled{a="2"} 1'],
    reason: 'the first stays, in theirs the last; no protocol says which',
  },
  'tags that Prometheus has for itself': {
    lines: 'own:1|c|#le:x,quantile:y',
    of: 'own',
    ours: ['own{tag_le="x",tag_quantile="y"} 1'],
    theirs: ['own{le="x",quantile="y"} 1'],
    reason: '`le` and `quantile` become `tag_le` and `tag_quantile`: in a histogram `le` is the bound',
  },
  'the container, and what came after DogStatsD 1.3': {
    lines: 'origin:1|c|#a:b|c:ci-1\norigin.late:1|c|#a:b|e:it-false,cn-x,pu-1\norigin.late:1|c|#a:b|card:low',
    of: 'origin',
    ours: ['origin_late{a="b"} 2', 'origin{a="b"} 1'],
    theirs: ['origin{a="b",container_id="ci-1"} 1'],
    reason:
      'makes no label: it changes at each start, and Prometheus has the pod; theirs makes `container_id` of it, and refuses what came later',
  },
  'the container without tags': {
    lines: 'plain:1|c|c:ci-1',
    of: 'plain',
    ours: ['plain{} 1'],
    theirs: [],
    reason: 'is taken; theirs takes the colon of `|c:` for a second sample, and refuses the line',
  },
  'two dashes': {
    lines: 'dash--ed:1|c',
    of: 'dash_',
    ours: ['dash__ed{} 1'],
    theirs: ['dash_ed{} 1'],
    reason: 'are two underscores; theirs leaves out the second',
  },
  'ends of lines': {
    lines: 'ended:1|c\r\nended:1|g\0',
    of: 'ended',
    ours: ['ended{} 1'],
    theirs: [],
    reason: 'a carriage return and a NUL are no part of the line; theirs refuses it',
  },
  sets: {
    lines: 'users:a|s\nusers:b|s\nusers:a|s',
    of: 'users',
    ours: ['users{} 2'],
    theirs: [],
    reason: 'are gauges, of how many values came within a minute; theirs has none',
  },
  'buckets of a histogram without a mapping': {
    lines: 'usual:0.22|h',
    of: 'usual',
    ours: ['0.15', '0.2', '0.3'].map((bound) => `usual_bucket{le="${bound}"} ${bound === '0.3' ? 1 : 0}`),
    theirs: ['usual_bucket{le="0.25"} 1'],
    reason: 'the thresholds of alerts and objectives; theirs is a summary, or has those of the Go client',
  },
  'what follows a number in a template': {
    lines: 'unbraced.a:1|c',
    of: 'unbraced',
    ours: ['unbraced{word="a_x"} 1'],
    theirs: ['unbraced{} 1'],
    reason: '`$1_x` is `${1}_x`; theirs takes it for a name that it does not know, and leaves it empty',
  },
  'a type that no mapping of the name has': {
    lines: 'strict.a:1|c',
    of: 'strict',
    ours: [],
    theirs: ['strict_a{} 1'],
    reason: 'the line is refused, and counted; theirs takes it as it comes',
  },
  'what is too long': {
    lines: `long.${'n'.repeat(252)}:1|c\nlong.line:1|c|#a:${'v'.repeat(8192)}\nlong.tags:1|c|#${Array.from({ length: 33 }, (_, at) => `t${at}:1`)}`,
    of: 'long_',
    ours: [],
    theirs: [
      `long_line{a="${'v'.repeat(8192)}"} 1`,
      `long_${'n'.repeat(252)}{} 1`,
      `long_tags{${Array.from({ length: 33 }, (_, at) => `t${at}="1"`).toSorted()}} 1`,
    ],
    reason: capped,
  },
};
