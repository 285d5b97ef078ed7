// A bare node:http server that answers the same to everything: `bare-server.mjs PORT`, the body in BODY_FILE, the other
// headers in HEADERS, as JSON.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { BODY_FILE, HEADERS = '{"content-type":"application/json; charset=utf-8"}' } = process.env;
const body = readFileSync(BODY_FILE, 'utf8');
const headers = { ...JSON.parse(HEADERS), 'content-length': Buffer.byteLength(body) };
createServer((_, response) => response.writeHead(200, headers).end(body)).listen(Number(process.argv[2]), '127.0.0.1');
