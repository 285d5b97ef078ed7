// `npm run test:versions`: the contract tests once per server version, and the table of results (run-versions.ts).
import { install, runUnderNode24 } from './install.mjs';

install();
runUnderNode24('run-versions.ts', process.argv.slice(2));
