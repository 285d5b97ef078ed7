// An answer of AWS is cut where it is larger than any that was asked for, before anything parses it.
import { pipeline, Readable, Transform } from 'node:stream';
import { UnreadableAnswer } from '../statistics.ts';

/** The largest answer of those that are asked for is a list of a thousand rows. */
const longestAnswer = 1024 * 1024;

/** @returns what stands for the body, which ends in an UnreadableAnswer beyond the cap. */
export function capped(body: unknown): unknown {
  if (!(body instanceof Readable)) return body;
  let length = 0;
  const cap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      length += chunk.length;
      if (length > longestAnswer) done(new UnreadableAnswer(`an answer of more than ${longestAnswer} bytes`));
      else done(null, chunk);
    },
  });
  pipeline(body, cap, () => {}); // what went wrong is told to whoever reads from the cap
  return cap;
}
