// What a type gives the contract suite: real servers, and how to make each of its phases and classes fail on them.
import type { DependencyClass } from '../../src/core/failure.ts';
import type { Definition } from '../../src/dependencies/define.ts';

/** Settings as a configuration file has them (before parsing), without `type`, interval and timeout. */
export type Settings = Record<string, unknown>;
export type Address = { readonly host: string; readonly port: number };

/** A fault that is in force now: under these settings a run fails with this class at this phase. */
export type Broken = {
  readonly settings: Settings;
  readonly errorClass: DependencyClass;
  readonly phase: string;
  /** Ends the fault. */
  undo?(): Promise<void>;
};

export interface Rig {
  /** Under these every declared phase is run, the costly ones too, and the run passes. */
  readonly settings: Settings;
  /** The real server, for the suite's fault proxy. */
  readonly server: Address;
  /** The same settings by way of another address (the fault proxy, a port where nobody listens, an unknown host). */
  via(address: Address): Settings;
  /** One entry for each declared phase: makes that phase fail on the real server. */
  readonly phases: Readonly<Record<string, () => Promise<Broken>>>;
  /** Every declared class that neither `phases` nor the transport (refused, timeout, dns) provokes. */
  readonly classes: Readonly<Partial<Record<DependencyClass, () => Promise<Broken>>>>;
  /** Of a type that declares the class `tls`: settings under which a run passes over TLS, and the PEM file of the server. */
  overTls?(): Promise<{ readonly settings: Settings; readonly cert: string; stop?(): Promise<void> }>;
  /** Stops the real server and starts it again on the same port; resolves when it answers. */
  restart(): Promise<void>;
  /** Texts that no error, log or body may contain. */
  readonly secrets: readonly string[];
  stop(): Promise<void>;
}

export type StartRig = () => Promise<Rig>;

/** Whether a type speaks over connections, and not UDP: without them it has only silence to fear. */
export const connects = ({ classes }: Pick<Definition, 'classes'>): boolean => classes.includes('refused');
