// What this machine has: a folder for the control socket, and the namespace of the pod.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { usualControl } from './config/configuration.ts';
import { errorFields, type Log } from './core/log.ts';

/** The usual control socket, where its folder can be written; else draining takes the token. */
export function usualControlHere(log: Log): string | undefined {
  try {
    accessSync(dirname(usualControl), constants.W_OK);
    return usualControl;
  } catch (error) {
    log.debug(errorFields(error), 'no folder for the control socket');
    return undefined;
  }
}

/** Of the pod, where there is one: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
export function namespaceHere(): string {
  const file = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}
