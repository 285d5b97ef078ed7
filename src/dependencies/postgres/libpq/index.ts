// libpq's own rules: what a connection string says, where a server's socket is, when TLS is used and what it verifies, which
// server is the one wanted, and which line of a password file is its own. The files around this folder import this file alone.
// https://www.postgresql.org/docs/current/libpq-connect.html
export type { SessionAttrs } from './parameters.ts';
export { passwordIn } from './passfile.ts';
export { isUnix, labelOf, type Server } from './server.ts';
export { checkAttrs, Misfit } from './session-attrs.ts';
export { socketPath, socketProblem } from './socket-path.ts';
export { type Protection, protectionOf, protectionProblem, type SslSource } from './sslmode.ts';
export { maskedUrl, parseUrl, type Target } from './url.ts';
