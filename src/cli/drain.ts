// sidewarden drain: tells the daemon on this machine, by its control socket, to answer unready, or ready again.
import { usualControl } from '../config/configuration.ts';
import { ask, explainNobody, NobodyAnswers, within } from './ask-daemon.ts';
import { defineCommand } from './command.ts';
import { socket, socketPathOf, timeout, timeoutOf } from './options.ts';
import { say } from './terminal.ts';

const nameSocket =
  'Name its control socket with --socket or SIDEWARDEN_CONTROL; it has none where the folder cannot be written';

/** Most of what a pod is given to end: on a node without time for us the daemon answers late, and undrained it harms. */
const usualTimeout = '20s';

export const command = defineCommand({
  about: `/health/ready answers 503, and nothing else changes: checks
go on, and liveness is as before. The daemon is told by its control socket, which needs no token. Repeating it is harmless.`,
  options: {
    undo: { type: 'boolean', summary: 'end draining: ready again, if the checks say so' },
    socket,
    timeout: timeout(usualTimeout),
  },
  examples: [
    ['sidewarden drain', 'as preStop of the sidecar: no new traffic comes while it stops'],
    ['sidewarden drain --undo', 'back into service'],
    ['sidewarden drain --socket /tmp/control.sock', 'a daemon whose `control` is set'],
  ],
  async execute({ values: { undo = false, socket: path, timeout: given = usualTimeout } }) {
    const timeoutMs = timeoutOf(given);
    const { SIDEWARDEN_CONTROL: control } = process.env;
    const socketPath =
      path === undefined ? socketPathOf(control || usualControl, 'SIDEWARDEN_CONTROL') : socketPathOf(path, '--socket');
    try {
      const method = undo ? 'DELETE' : 'POST';
      const { code, text } = await ask({ socketPath }, method, '/drain', within(timeoutMs));
      if (code === 200) {
        say(undo ? 'not draining\n' : 'draining: /health/ready answers 503\n');
        return 0;
      }
      throw new Error(messageIn(text) ?? `${socketPath} answered ${code}`);
    } catch (error) {
      if (error instanceof NobodyAnswers)
        throw new Error(explainNobody(socketPath, error, nameSocket), { cause: error });
      throw error;
    }
  },
});

/** The daemon's own words, such as why draining cannot be undone any more. */
function messageIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined; // not JSON: not an error of the daemon's
  }
}
