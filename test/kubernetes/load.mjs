// Asks the service through its name, each time by a new connection, and both containers of one pod by its address.
// Arguments: the service's URL, the pod's address. A line a second says what came of it so far.
import { get } from 'node:http';

const [service, pod] = process.argv.slice(1); // without a file there is no second one to leave out
const total = { ok: 0, failed: 0, errors: [], lastMain: 0, lastSidecar: 0, drainingWhileMain: 0 };

const ask = (url) =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: 5000 }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.once('end', () => resolve({ code: response.statusCode, body }));
      response.once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error('no answer in 5 s')));
    request.once('error', reject);
  });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function load() {
  for (;;) {
    try {
      const { code } = await ask(service);
      if (code !== 200) throw new Error(`code ${code}`);
      total.ok++;
    } catch (error) {
      total.failed++;
      if (total.errors.length < 10) total.errors.push(`${new Date().toISOString()} ${error.message}`);
    }
    await pause(10);
  }
}

async function watch() {
  for (;;) {
    const main = await ask(`http://${pod}:8080/healthz`).catch(() => undefined);
    if (main?.code === 200) total.lastMain = Date.now();
    const sidecar = await ask(`http://${pod}:9090/health/ready`).catch(() => undefined);
    if (sidecar !== undefined) total.lastSidecar = Date.now();
    if (main?.code === 200 && sidecar?.body.includes('"draining"')) total.drainingWhileMain++;
    await pause(50);
  }
}

for (let worker = 0; worker < 4; worker++) void load();
void watch();
setInterval(() => console.log(JSON.stringify(total)), 1000);
process.on('SIGTERM', () => process.exit(0));
