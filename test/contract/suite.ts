// One suite for every type, driven by what the type declares: on real servers, each phase and class is made to fail.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CheckResult } from '../../src/core/check.ts';
import type { DependencyClass } from '../../src/core/failure.ts';
import type { Definition } from '../../src/dependencies/define.ts';
import { definitions } from '../../src/dependencies/index.ts';
import { type FaultProxy, startProxy } from '../faults/proxy.ts';
import { startUdpProxy, type UdpProxy } from '../faults/udp-proxy.ts';
import { conclusive, eventually, loopTime } from '../patience.ts';
import { freePort } from '../servers/process.ts';
import { createHarness, type Harness } from './harness.ts';
import { type Broken, connects, type Rig, type Settings, type StartRig } from './rig.ts';

/** Long enough for a first log-in on a busy machine. */
const timeoutMs = 8000;
/** For faults that only the deadline ends. */
const hangMs = 2500;

/** Declares the suite of a type. Its file is test/contract/<type>.test.ts, so that types run side by side. */
export function runContract(type: string, startRig: StartRig): void {
  const definition: Definition | undefined = definitions.find((one) => one.type === type);
  if (definition === undefined) throw new Error(`${type} is no type of src/dependencies/index.ts`);
  describe(type, () => contract(definition, startRig));
}

function contract(definition: Definition, startRig: StartRig): void {
  let rig: Rig;
  const open = new Set<{ close(): void } | { stop(): Promise<void> }>();
  const messages: string[] = [];
  const classes = new Set<string>();
  const forConnections = (name: string, body: () => Promise<void>): void => {
    if (connects(definition)) test(name, body);
  };

  beforeAll(async () => {
    rig = await startRig();
  });
  afterEach(async () => {
    for (const one of open) await ('close' in one ? one.close() : one.stop());
    open.clear();
  });
  afterAll(() => rig?.stop());

  const harness = async (settings: Settings, ms = timeoutMs): Promise<Harness> => {
    const made = await createHarness(definition, settings, ms);
    open.add(made);
    return made;
  };
  const proxied = async (): Promise<{ proxy: FaultProxy | UdpProxy; settings: Settings }> => {
    const proxy = await (connects(definition) ? startProxy(rig.server) : startUdpProxy(rig.server));
    open.add(proxy);
    return { proxy, settings: rig.via(proxy) };
  };
  /** What a run that did not pass says; remembered for the tests at the end. */
  const failure = (result: CheckResult | undefined): { errorClass: string; phase: string | undefined } => {
    expect(result?.kind, JSON.stringify(result)).not.toBe('passed');
    if (result === undefined || result.kind === 'passed') throw new Error('it passed or was stopped');
    messages.push(result.message, JSON.stringify(result));
    classes.add(result.errorClass);
    return { errorClass: result.errorClass, phase: result.phases.at(-1)?.name };
  };
  const passes = async (on: Harness): Promise<CheckResult> => {
    const result = await on.run();
    expect(result, JSON.stringify(result)).toMatchObject({ kind: 'passed' });
    expect(definition.warnings ?? []).toEqual(expect.arrayContaining([...(result?.warnings ?? [])]));
    return result as CheckResult;
  };
  const breaks = async (arrange: () => Promise<Broken>): Promise<void> => {
    const broken = await arrange();
    try {
      const on = await harness(broken.settings, broken.errorClass === 'timeout' ? hangMs : timeoutMs);
      const found = failure(await conclusive(() => on.run()));
      expect(found).toEqual({ errorClass: broken.errorClass, phase: broken.phase });
    } finally {
      await broken.undo?.();
    }
  };

  test('passes, running every declared phase in order', async () => {
    const { phases } = await passes(await harness(rig.settings));
    expect(phases.map(({ name }) => name)).toEqual(definition.phases);
  });

  test('has a way to break each declared phase', () => {
    expect(Object.keys(rig.phases).sort()).toEqual([...definition.phases].sort());
  });
  test.each(definition.phases)('a failure at the phase %s is reported there', async (phase) => {
    const arrange = rig.phases[phase];
    if (arrange === undefined) throw new Error(`the rig cannot break ${phase}`);
    await breaks(async () => {
      const broken = await arrange();
      expect(broken.phase).toBe(phase);
      return broken;
    });
  });
  test.each(definition.classes)('class %s', async (errorClass) => {
    const arrange = rig.classes[errorClass as DependencyClass];
    if (arrange !== undefined) await breaks(arrange);
    else if (!classes.has(errorClass)) expect(['dns', 'refused', 'timeout']).toContain(errorClass); // see below
  });

  forConnections('nobody listens', async () => {
    const on = await harness(rig.via({ host: '127.0.0.1', port: await freePort() }));
    expect(failure(await on.run()).errorClass).toBe('refused');
  });
  test('an unknown host', async () => {
    const on = await harness(rig.via({ host: 'no-such-host.invalid', port: rig.server.port }));
    expect(failure(await on.run()).errorClass).toBe('dns');
  });
  test('accepts and stays silent', async () => {
    const { proxy, settings } = await proxied();
    await proxy.set('silent');
    const on = await harness(settings, hangMs);
    const took: number[] = [];
    const run = async () => {
      let result: CheckResult | undefined;
      took.push(await loopTime(async () => (result = await on.run())));
      return result;
    };
    const { errorClass } = failure(await conclusive(run));
    expect(errorClass).toBe(definition.classes.includes('timeout') ? 'timeout' : 'dns');
    expect(Math.max(...took)).toBeLessThan(hangMs * 1.5);
    await expectNothingOpen(proxy);
  });
  test('goes silent under a live session', async () => {
    const { proxy, settings } = await proxied();
    const on = await harness(settings, timeoutMs);
    await passes(on);
    const hurried = await harness(settings, hangMs);
    await passes(hurried);
    await proxy.set('silent');
    failure(await conclusive(() => hurried.run()));
    await proxy.set('pass');
    await passes(hurried);
  });
  forConnections('is reset', async () => {
    const { proxy, settings } = await proxied();
    const on = await harness(settings);
    await passes(on);
    await (proxy as FaultProxy).set('reset');
    const { errorClass } = failure(await on.run());
    expect(errorClass).toBe('refused');
    await proxy.set('pass');
    await passes(on);
  });

  test('a stopped daemon ends the run at once and leaves nothing open', async () => {
    const { proxy, settings } = await proxied();
    await proxy.set('silent');
    const on = await harness(settings, 60_000);
    const stop = new AbortController();
    const run = on.run(stop.signal);
    await eventually(() => expect(arrivals(proxy)).toBeGreaterThan(0));
    stop.abort();
    expect(await run).toBeUndefined();
    await expectNothingOpen(proxy);
  });
  test('survives a restart of its server', async () => {
    const on = await harness(rig.settings);
    await passes(on);
    await rig.restart();
    await passes(on);
  }, 120_000);

  forConnections(definition.keeps === 'connection' ? 'keeps one connection' : 'keeps no connection', async () => {
    const { proxy, settings } = await proxied();
    const { connections } = proxy as FaultProxy;
    const on = await harness(settings);
    await passes(on);
    const first = connections.total;
    for (let run = 0; run < 4; run += 1) await passes(on);
    if (definition.keeps === 'connection') {
      expect(connections).toMatchObject({ total: first, open: first });
      on.lane.cut();
    } else {
      expect(connections.total).toBe(first * 5);
    }
    await expectNothingOpen(proxy);
  });

  test('over TLS it tells when the certificate of the server ends, in every run; without TLS nothing', async () => {
    const secure = await rig.overTls?.();
    expect(secure !== undefined, 'the rig has settings with TLS').toBe(definition.classes.includes('tls'));
    const untold = secure === undefined || JSON.stringify(secure.settings) !== JSON.stringify(rig.settings);
    if (untold) expect((await passes(await harness(rig.settings))).expiries).toEqual({});
    if (secure === undefined) return;
    try {
      const { validTo } = new X509Certificate(readFileSync(secure.cert));
      const on = await harness(secure.settings);
      for (let run = 0; run < 2; run += 1) {
        expect((await passes(on)).expiries).toEqual({ server_certificate: new Date(validTo) });
      }
    } finally {
      await secure.stop?.();
    }
  });

  test('declares every class it can have, and provokes every class it declares', () => {
    expect([...classes].sort()).toEqual([...definition.classes].sort());
  });
  test('tells no secret', () => {
    expect(rig.secrets.length).toBeGreaterThan(definition.keeps === 'connection' ? 0 : -1);
    for (const message of messages) for (const secret of rig.secrets) expect(message).not.toContain(secret);
  });
}

/** Connections or datagrams that came to the proxy so far. */
const arrivals = (proxy: FaultProxy | UdpProxy): number =>
  'connections' in proxy ? proxy.connections.total : proxy.datagrams;

/** Every connection that came through the proxy has ended. */
async function expectNothingOpen(proxy: FaultProxy | UdpProxy): Promise<void> {
  if ('connections' in proxy) await eventually(() => expect(proxy.connections.open).toBe(0));
}
