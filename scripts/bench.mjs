// `npm run bench`: what an answer costs, with all four dependencies up and with one that hangs (test/bench/health.ts).
import { install, runUnderNode24 } from './install.mjs';

install();
runUnderNode24('../test/bench/health.ts', process.argv.slice(2));
