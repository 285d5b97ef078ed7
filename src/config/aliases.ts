// What each alias stands for: the last value above it that has its anchor, since an anchor may be defined again.
// https://yaml.org/spec/1.2.2/#71-alias-nodes
import { type Document, isAlias, isNode, visit } from 'yaml';

/** @returns undefined for an alias whose anchor is not defined above it. */
export function aliasTargets(document: Document): (alias: unknown) => unknown {
  const anchors = new Map<string, unknown>();
  const targets = new Map<unknown, unknown>();
  visit(document, (_, node) => {
    if (isAlias(node)) targets.set(node, anchors.get(node.source));
    else if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
  });
  return (alias) => targets.get(alias);
}
