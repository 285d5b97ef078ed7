// `npm run soak`: real servers that are restarted, frozen and flooded for minutes or hours (test/soak/soak.ts).
import { existsSync } from 'node:fs';
import { install, root, runUnderNode24 } from './install.mjs';

install();
if (!existsSync(`${root}/dist/sidewarden.js`)) await import('./build.mjs');
runUnderNode24('../test/soak/soak.ts', process.argv.slice(2));
