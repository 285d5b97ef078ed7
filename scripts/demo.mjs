// `npm run demo`: installs what is missing, then starts Sidewarden in front of real servers (run-demo.ts).
import { install, runUnderNode24 } from './install.mjs';

install();
runUnderNode24('run-demo.ts', process.argv.slice(2));
