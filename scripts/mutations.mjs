// `npm run test:mutations`: small mistakes made in the source one at a time, to see that the tests notice (run-mutations.ts).
import { install, runUnderNode24 } from './install.mjs';

install();
runUnderNode24('run-mutations.ts', process.argv.slice(2));
