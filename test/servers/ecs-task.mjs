// Runs a command beside forwarders from TCP to Unix sockets, which reach out of a network namespace:
// `ecs-task.mjs '{"host:port":"/path"}' COMMAND …`. Ends as the command does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const [forwards, command, ...args] = process.argv.slice(2);
for (const [address, path] of Object.entries(JSON.parse(forwards))) {
  const [host, port] = address.split(':');
  const server = createServer((socket) => {
    const onward = connect(path);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ]) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  await once(server.listen(Number(port), host), 'listening');
}
spawn(command, args, { stdio: 'inherit' }).on('exit', (code) => process.exit(code ?? 1));
