// A metric family of a feature, as the feature uses it.

export interface Meter {
  /** Of a gauge. */
  set(labels: Readonly<Record<string, string>>, value: number): void;
  /** Of a counter; 0 makes the series exist. */
  add(labels: Readonly<Record<string, string>>, value: number): void;
  /** Of a histogram. */
  observe(labels: Readonly<Record<string, string>>, value: number): void;
  /** The series with these labels is no longer there. */
  remove(labels: Readonly<Record<string, string>>): void;
}
