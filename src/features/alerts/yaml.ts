// Rules as YAML that people read: long texts are folded, and every text comes back as it was.
import { Document, Scalar, visit } from 'yaml';

/** Wide enough for most of an expression. */
const columns = 120;
const long = columns - 30;

/** One line without space at its ends; or lines of that kind, of which the last may be ended. */
const line = /^\S(?:.*\S)?$/;
const lines = /^\S.*(?:\n.*)*\n?$/;
/** Breaks of a line in YAML 1.1, which Prometheus reads, and what no file should have as it is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
const special = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;

/** Undefined: as the library has it. */
function styleOf(text: string): Scalar.Type | undefined {
  if (special.test(text)) return Scalar.QUOTE_DOUBLE;
  if (line.test(text)) return text.length > long ? Scalar.BLOCK_FOLDED : undefined;
  if (text.includes('\n') && lines.test(text) && !/ (?:\n|$)/.test(text)) return Scalar.BLOCK_LITERAL;
  return Scalar.QUOTE_DOUBLE;
}

const escaped = (text: string): string =>
  text.replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** @param comment the lines above, in which no text but JSON may be of somebody else */
export function yamlOf(content: object, comment: readonly string[]): string {
  const document = new Document(content, { aliasDuplicateObjects: false });
  document.commentBefore = comment.map((line) => ` ${line}`).join('\n');
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'string') return;
      const style = styleOf(node.value);
      if (style !== undefined) node.type = style;
    },
  });
  // What is escaped stands in double quotes, or in JSON of the comment.
  return escaped(
    document.toString({ doubleQuotedAsJSON: true, lineWidth: columns, minContentWidth: 40, indentSeq: true }),
  );
}
