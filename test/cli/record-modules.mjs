// Writes every module that the process loaded, one a line, to RECORD_MODULES_TO when it ends: URLs, and Node's own names.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => {
  // Such as `NativeModule https`; a name alone has no slash in it.
  const ofNode = process.moduleLoadList.flatMap((line) => /^NativeModule (\w+)$/.exec(line)?.[1] ?? []);
  writeFileSync(process.env.RECORD_MODULES_TO, [...loaded, ...ofNode.map((name) => `node:${name}`)].join('\n'));
});
