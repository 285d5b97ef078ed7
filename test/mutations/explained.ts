// The mutations that no test can catch, and why: each is the same program, or what differs cannot be seen. An entry goes
// when its line does; `npm run test:mutations` names those that are out of date.

export type Explained = {
  readonly id: string;
  /** For readers of this list; the id alone counts. */
  readonly place: string;
  readonly why: string;
};

export const explained: readonly Explained[] = [];
