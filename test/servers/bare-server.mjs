// A bare node:http server that answers one body to everything: `bare-server.mjs PORT`, the body in BODY_FILE.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const body = readFileSync(process.env.BODY_FILE, 'utf8');
const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) };
createServer((_, response) => response.writeHead(200, headers).end(body)).listen(Number(process.argv[2]), '127.0.0.1');
