// Makes what a credential lookup of the SDK has open cuttable. The chain takes no signal, and a silent container
// endpoint would hold its request for ever (there requestTimeout only warns), so requests and credential_process
// children are found by the asynchronous context that began them.
// https://nodejs.org/api/diagnostics_channel.html#built-in-channels
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

export type Lookups = {
  run<T>(step: () => Promise<T>): Promise<T>;
  /** Destroys what lookups have open, now and whatever they may still open. */
  cut(): void;
};

type Held = { dead: boolean; readonly open: Set<() => void> };
const current = new AsyncLocalStorage<Held>();

subscribe('http.client.request.created', (message) => {
  const { request } = message as { request: ClientRequest };
  hold(
    () => cutRequest(request),
    (release) => request.once('close', release),
  );
});

subscribe('child_process', (message) => {
  const child = (message as { process: ChildProcess }).process;
  hold(
    () => cutChild(child),
    (release) => child.once('exit', release),
  );
});

/** A request destroyed before it has its socket would leave that to the agent, which keeps it. */
function cutRequest(request: ClientRequest): void {
  if (request.socket) request.destroy();
  else request.once('socket', (socket) => socket.destroy());
}

/** One that is told of before it runs is killed once it does. */
function cutChild(child: ChildProcess): void {
  if (child.pid === undefined) child.once('spawn', () => child.kill('SIGKILL'));
  else child.kill('SIGKILL');
}

function hold(cut: () => void, onEnd: (release: () => void) => void): void {
  const held = current.getStore();
  if (held === undefined) return; // not a lookup of ours
  if (held.dead) {
    cut();
    return;
  }
  held.open.add(cut);
  onEnd(() => held.open.delete(cut));
}

export function createLookups(): Lookups {
  const held: Held = { dead: false, open: new Set() };
  return {
    run: (step) => current.run(held, step),
    cut() {
      held.dead = true;
      for (const cut of held.open) cut();
      held.open.clear();
    },
  };
}
