// The Java that the machine has.
import type { Source } from './source.ts';

export const javaSource: Source = {
  what: 'Java',
  variable: 'SIDEWARDEN_TEST_JAVA',
  candidates: ['java', '/usr/lib/jvm/*/bin/java', '/Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java'],
  packages: ['default-jre-headless'],
};
