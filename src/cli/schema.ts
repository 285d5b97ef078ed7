// sidewarden schema: the JSON Schema of the configuration file, for editors.
import { jsonSchema } from '../config/json-schema.ts';
import { definitions } from '../dependencies/index.ts';
import { defineCommand } from './command.ts';
import { sayJson } from './terminal.ts';

export const command = defineCommand({
  about: `It is the file config/schema.json of this version. An
editor with the YAML language server reads it by the first line \`# yaml-language-server: $schema=schema.json\`.`,
  options: {},
  examples: [['sidewarden schema > schema.json', 'beside sidewarden.yaml, for an editor']],
  async execute() {
    sayJson(jsonSchema(definitions));
    return 0;
  },
});
