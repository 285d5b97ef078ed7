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
    id: '808191f7',
    place: 'src/statistics/flight.ts fly: if (stopping.aborted) stop()',
    why: 'The scheduler starts no job whose signal is aborted already.',
  },
  {
    id: 'e3d50774',
    place: 'src/dependencies/tls/driver.ts handshake: session.hold(secured)',
    why: 'The socket below is held already, and the TLS connection ends with it.',
  },
];
