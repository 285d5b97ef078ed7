// Writes config/schema.json from the shapes that read the configuration: `node scripts/schema.mjs`.
import { writeFileSync } from 'node:fs';
import { jsonSchema } from '../src/config/json-schema.ts';
import { definitions } from '../src/dependencies/index.ts';

const file = new URL('../config/schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(jsonSchema(definitions), null, 2)}\n`);
