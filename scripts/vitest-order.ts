// The order of the test files: those that take long begin first, so that no worker is left with one at the end.
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';
import { longest } from '../test/longest.ts';

export class LongestFirst extends BaseSequencer {
  /** Groups in their order; then the listed files, then the others as vitest orders them. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((path) => moduleId.endsWith(`/test/${path}`));
      return at === -1 ? longest.length : at;
    };
    const group = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    const sorted = await super.sort(files);
    return sorted.toSorted((left, right) => group(left) - group(right) || place(left) - place(right));
  }
}
