// The connection of a key's statistics, apart from the probe's: what it asks, and what a denial means.
import { Failure } from '../../core/failure.ts';
import type { Session } from '../define.ts';
import { type Limits, MissingPrivilege, type Reader, UnreadableAnswer } from '../statistics.ts';
import { type KmsSettings, target } from './settings.ts';
import { statementFor } from './statement.ts';
import type { KeyMetadata, KmsSource, RotationStatus, RotationsPage } from './statistics/source.ts';

/** An answer came: it gives what was asked for, or throws the refusal. */
export type Outcome<T> = () => T;

/** What the driver's client can do for a reader. Everything rejects when no answer comes. */
export interface Asker {
  readonly session: Session & {
    findCredentials(limits: Limits): Promise<void>;
    region(): Promise<string>;
  };
  describeKey(limits: Limits): Promise<Outcome<KeyMetadata>>;
  rotationStatus(arn: string, limits: Limits): Promise<Outcome<RotationStatus>>;
  rotations(arn: string, marker: string | undefined, limits: Limits): Promise<Outcome<RotationsPage>>;
}

/** A key is rotated some times a year, and a page has a thousand: more pages are no list of rotations. */
const mostPages = 5;

export function createReader(settings: KmsSettings, { session, ...asker }: Asker): Reader<KmsSource> {
  /** The answer to the question that `open` asked, which the first collector takes. */
  let first: Outcome<KeyMetadata> | undefined;
  let opened = false;
  let last: KeyMetadata | undefined;

  /** Where no answer comes, the next round begins with another connection. */
  const ask = async <T>(operation: string, question: Promise<Outcome<T>>): Promise<T> => {
    const answer = await question.catch((error: unknown) => {
      session.destroy();
      throw error;
    });
    return granted(operation, answer);
  };
  const granted = async <T>(operation: string, answer: Outcome<T>): Promise<T> => {
    try {
      return answer();
    } catch (error) {
      if (!(error instanceof Failure) || error.errorClass !== 'permission') throw error;
      const action = `kms:${operation}`;
      const key = { keyId: settings.key_id, arn: last?.Arn, denial: error.message, region: await session.region() };
      throw new MissingPrivilege(action, statementFor(action, key), { cause: error });
    }
  };
  const describe = async (limits: Limits): Promise<KeyMetadata> => {
    const taken = first;
    first = undefined;
    last = await (taken ? granted('DescribeKey', taken) : ask('DescribeKey', asker.describeKey(limits)));
    return last;
  };
  const rotationDates = async (arn: string, limits: Limits): Promise<readonly Date[]> => {
    const dates: Date[] = [];
    let marker: string | undefined;
    for (let pages = 0; pages < mostPages; pages += 1) {
      const page: RotationsPage = await ask('ListKeyRotations', asker.rotations(arn, marker, limits));
      for (const { RotationDate } of page.Rotations ?? []) if (RotationDate !== undefined) dates.push(RotationDate);
      marker = page.Truncated === true ? page.NextMarker : undefined;
      if (marker === undefined) return dates;
    }
    throw new UnreadableAnswer(`ListKeyRotations: more than ${mostPages} pages`);
  };
  const source: KmsSource = {
    instance: target(settings),
    key: describe,
    lastKey: async (limits) => last ?? describe(limits),
    rotationStatus: (arn, limits) => ask('GetKeyRotationStatus', asker.rotationStatus(arn, limits)),
    rotationDates,
  };
  return {
    get closed() {
      return session.closed;
    },
    destroy: () => session.destroy(),
    async open(limits) {
      await session.findCredentials(limits);
      if (opened) return source;
      const answer = await asker.describeKey(limits);
      refuseStranger(answer);
      first = answer;
      opened = true;
      return source;
    },
  };
}

/** Whom KMS does not know is not logged in; every other refusal is an answer to the question itself. */
function refuseStranger(answer: Outcome<unknown>): void {
  try {
    answer();
  } catch (error) {
    if (error instanceof Failure && error.errorClass === 'auth') throw error;
  }
}
