// The mutations that no test can catch, and why: each is the same program, or what differs cannot be seen. An entry goes
// when its line does; `npm run test:mutations` names those that are out of date.

export type Explained = {
  readonly id: string;
  /** For readers of this list; the id alone counts. */
  readonly place: string;
  readonly why: string;
};

export const explained: readonly Explained[] = [
  {
    id: 'a0a630e9',
    place: 'src/statistics/reading.ts ended.hangs: false',
    why: 'Whether a fault hangs is asked of what a collector throws; this one is said of a connection between two rounds.',
  },
  {
    id: '36b42dee',
    place: 'src/statistics/reading.ts run: if (stopping.aborted) stop()',
    why: 'The scheduler starts no job whose signal is aborted already.',
  },
  {
    id: '06151f8c',
    place: 'src/statistics/index.ts replace: before.get(name) !== after.get(name)',
    why: 'A place that is replaced keeps who leads, and who is new has begun with it: those that follow hear nothing that they did not know.',
  },
  {
    id: 'e3d50774',
    place: 'src/dependencies/tls/driver.ts handshake: session.hold(secured)',
    why: 'The socket below is held already, and the TLS connection ends with it.',
  },
];
