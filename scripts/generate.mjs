// `npm run generate`: writes what derives from the product: the names of the alerts, config/schema.json, parts of the
// pages, the lists of test/surface, the rules of the layers in biome.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { writeKnownAlerts } from './known-alerts.ts';
import { writeKnownMetrics } from './known-metrics.ts';

writeKnownAlerts(); // what follows reads it
writeKnownMetrics();
await import('./schema.mjs');
const [{ writeLists }, { withLayers }, { put }, { parts }] = await Promise.all([
  import('../test/surface/lists.ts'),
  import('./linter.ts'),
  import('./part.ts'),
  import('./tables.ts'),
]);

for (const part of parts) {
  const file = new URL(`../${part.file}`, import.meta.url);
  writeFileSync(file, put(readFileSync(file, 'utf8'), part));
}
const biome = new URL('../biome.json', import.meta.url);
writeFileSync(biome, withLayers(readFileSync(biome, 'utf8')));
await writeLists();
