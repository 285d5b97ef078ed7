// How the collectors ask a cluster: the interface alone; reader.ts is what stands behind it.
import type { Limits, Source } from '../../statistics.ts';
import { type Json, jsonOf, textAt } from './json.ts';

/** What a node says of itself at `GET /`. */
export type Info = {
  readonly openSearch: boolean;
  /** Such as [9, 2]. */
  readonly version: readonly [number, number];
  readonly cluster: string;
  /** cluster, cluster_uuid, build_date, build_hash, version, lucene_version */
  readonly labels: readonly string[];
};

export type Privilege = 'monitor' | 'monitor_snapshot';

export type Question = {
  /** Begins with a slash. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The parameter that says how long the server may wait for its nodes or its master: less than is left. */
  readonly waits?: 'timeout' | 'master_timeout';
  /** That which the request needs. */
  readonly privilege: Privilege;
  /** Statuses by which a version says that it does not know the request. */
  readonly unknown?: readonly number[];
};

export interface ElasticsearchSource extends Source {
  /** Of the node that is asked; undefined when it does not say. */
  readonly info: Info | undefined;
  /**
   * One GET request.
   * @returns undefined when the version or the service does not offer it.
   * @throws MissingPrivilege, UnreadableAnswer (longer than 2 MiB, no JSON), Failure.
   */
  get(question: Question, limits: Limits): Promise<Json | undefined>;
}

/** @returns undefined for what is no such answer. */
export function readInfo(body: unknown): Info | undefined {
  const json = jsonOf(body);
  const number = textAt(json, 'version.number') ?? '';
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(number) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  const of = (path: string): string => textAt(json, path) ?? '';
  const version = ['build_date', 'build_hash', 'number', 'lucene_version'].map((key) => of(`version.${key}`));
  return {
    openSearch: of('version.distribution') === 'opensearch',
    version: [Number(major), Number(minor)],
    cluster: of('cluster_name'),
    labels: [of('cluster_name'), of('cluster_uuid'), ...version],
  };
}
