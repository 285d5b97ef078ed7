// What objectives are judged by, and the form in which they are.
import type { KnownName } from '../define.ts';
import type { PrometheusSettings } from '../prometheus/settings.ts';
import type { AppFacts } from './app-facts.ts';

/** Some of a whole: fields that are wrong or missing are not there. */
export type Part<Whole> = Whole extends object
  ? { readonly [Key in keyof Whole]?: Part<Whole[Key]> | undefined }
  : Whole;

/** What the rest of the configuration says; a feature is undefined where it is off, or what is written of it is wrong. */
export type Known = {
  readonly checks: readonly KnownName[];
  readonly app: AppFacts | undefined;
  readonly prometheus: PrometheusSettings | undefined;
};
