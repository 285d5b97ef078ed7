// `npm run test:peers`: tests beside programs that Debian does not have, built from source once (run-peers.ts).
import { install, runUnderNode24 } from './install.mjs';

install();
runUnderNode24('run-peers.ts', process.argv.slice(2));
