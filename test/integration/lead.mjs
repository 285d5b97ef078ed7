// Takes the lead at the server of its first argument, with the key of its second, says so, and stays.
import { z } from 'zod';
import { driver } from '../../src/dependencies/postgres/driver.ts';
import { postgres } from '../../src/dependencies/postgres/index.ts';

const [url, key] = process.argv.slice(2);
const reader = driver.reader(z.strictObject(postgres.settings).parse({ url }));
const limits = { signal: new AbortController().signal, remainingMs: () => 10_000 };
await reader.open(limits);
console.log((await reader.elect(BigInt(key), limits)).kind);
