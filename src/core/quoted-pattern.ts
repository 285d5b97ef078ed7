// Patterns with the delimiters and flags of a program around them: `/ok/i`, `#ok#i`, `m/ok/`. JavaScript would look for
// the delimiters in the text. A body can hold a path, so slashes alone are no sign: `/ok/` and `/en/us` are patterns.

const body = (delimiter: string): string => `(?:\\\\.|\\[(?:\\\\.|[^\\]\\\\])*\\]|[^\\\\[${delimiter}])`;

/** A slash needs a slash behind it and one or two flags; more letters are a word of a path. */
const slashes = new RegExp(`^/${body('/')}+/(?:([gimsx])(?!\\1)){1,2}$`);

/** No text ends so by chance as often as a path does, so more flags count, those of PCRE too. */
const others = ['#', '~', '@', '!'].map((one) => new RegExp(`^${one}${body(one)}+${one}[gimsuxADJU]{1,4}$`));

/** The begin of the text cannot come after a slash, nor its end before one, so these match nothing, whatever follows. */
const anchored = ['/', '#', '~', '@', '!'].flatMap((one) => [
  new RegExp(`^${one}\\^${body(one)}*${one}[a-zA-Z]{0,8}$`),
  new RegExp(`^${one}${body(one)}*\\$${one}[a-zA-Z]{0,8}$`),
]);

/** Of Perl and Ruby, with flags or not. */
const perl = [
  ...['/', '#', '~', '!'].map((one) => new RegExp(`^(?:m|qr)${one}${body(one)}+${one}[a-z]{0,8}$`)),
  new RegExp(`^(?:m|qr|%r)\\{${body('{}')}+\\}[a-z]{0,8}$`),
];

const all: readonly RegExp[] = [slashes, ...others, ...anchored, ...perl];

/** Whether it is written as in the code of a program. */
export const isQuotedPattern = (text: string): boolean => all.some((form) => form.test(text));
