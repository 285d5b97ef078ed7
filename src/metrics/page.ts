// The page that Prometheus scrapes: the registry's text.
import type { Registry } from './registry.ts';

export interface Page {
  readonly contentType: string;
  /** Askers of one moment share one rendering. */
  render(): Promise<string>;
}

export function createPage(registry: Pick<Registry, 'contentType' | 'text'>): Page {
  let underWay: Promise<string> | undefined;
  return {
    contentType: registry.contentType,
    render() {
      underWay ??= registry.text().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };
}
