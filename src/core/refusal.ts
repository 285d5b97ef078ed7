// What a route throws to refuse a request: the answer is then the one shape that errors have.

/** Each with its code and its word for programs. */
export const refusals = {
  bad_request: { code: 400, error: 'bad_request' },
  not_found: { code: 404, error: 'not_found' },
  conflict: { code: 409, error: 'conflict' },
  unprocessable: { code: 422, error: 'unprocessable' },
  unsupported_media_type: { code: 415, error: 'unsupported_media_type' },
  unavailable: { code: 503, error: 'unavailable' },
} as const;
export type RefusalWord = keyof typeof refusals;

export class Refusal extends Error {
  readonly answer: (typeof refusals)[RefusalWord];
  /** As Fastify reads it. */
  readonly statusCode: number;
  /** @param message a sentence for people, without a full stop and without any secret */
  constructor(word: RefusalWord, message: string) {
    super(message);
    this.answer = refusals[word];
    this.statusCode = this.answer.code;
  }
}
