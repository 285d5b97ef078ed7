// `npm run test:kubernetes`: k8s/ and the image on a real cluster (run-kubernetes.ts).
import { install, runUnderNode24 } from './install.mjs';

install();
runUnderNode24('run-kubernetes.ts', process.argv.slice(2));
