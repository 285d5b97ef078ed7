// `npm test`: installs what is missing, then runs every step of run-tests.ts. See `npm test -- --help`.
import { install, runUnderNode24 } from './install.mjs';

install();
runUnderNode24('run-tests.ts', process.argv.slice(2));
