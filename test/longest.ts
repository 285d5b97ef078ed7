// The files that take long, longest first. `npm test` prints the ten slowest: one that is missing here belongs here.
export const longest: readonly string[] = ['integration/statistics-faults.test.ts'];
