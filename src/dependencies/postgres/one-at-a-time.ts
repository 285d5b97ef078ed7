// Lets whoever asks over one connection ask one at a time, each until its deadline.
import { Failure } from '../../core/failure.ts';
import type { Session } from '../define.ts';
import type { Limits } from '../statistics.ts';
import { endsConnection } from './errors.ts';

/** @throws Failure `timeout` at the deadline, which gives the connection up; `refused` when that is closed already. */
export type Queue = <T>(limits: Limits, work: () => Promise<T>) => Promise<T>;

export function createQueue(connection: Session): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (limits, work) => {
    const done = last.then(() => cutAt(limits, connection, work));
    last = done.catch(() => {}); // told to whoever asked
    return done;
  };
}

async function cutAt<T>({ signal }: Limits, connection: Session, work: () => Promise<T>): Promise<T> {
  const late = new Failure('timeout', 'no answer before the deadline');
  if (signal.aborted) throw late;
  if (connection.closed) throw new Failure('refused', 'the connection is closed');
  const end = Promise.withResolvers<never>();
  const onAbort = (): void => {
    connection.destroy(); // or what comes late would be taken for the answer to the next question
    end.reject(late);
  };
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([end.promise, work()]);
  } catch (error) {
    if (endsConnection(error)) connection.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
