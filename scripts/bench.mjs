// `npm run bench`: what the daemon costs beside a bare node:http server and four exporters (test/bench/bench.ts).
import { install, runUnderNode24 } from './install.mjs';

install();
runUnderNode24('../test/bench/bench.ts', process.argv.slice(2));
