// An alert that holds wherever it has something to judge: what it compares with, and what it stands back for, is left out.
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

const comparisons = ['Eql', 'Neq', 'Gtr', 'Gte', 'Lss', 'Lte'];

/** The expression without comparisons, and without `unless`. */
export function loud(promql: string): string {
  const text = (node: SyntaxNode): string => promql.slice(node.from, node.to);
  const hasSeries = (node: SyntaxNode): boolean => {
    let found = false;
    node.cursor().iterate(({ name }) => {
      if (name === 'VectorSelector') found = true;
    });
    return found;
  };
  const render = (node: SyntaxNode): string => {
    if (node.name === 'PromQL') return render(node.firstChild as SyntaxNode);
    if (node.name === 'ParenExpr')
      return `(${render(node.firstChild?.nextSibling ?? (node.firstChild as SyntaxNode))})`;
    if (node.name !== 'BinaryExpr') return text(node);
    const [left, right] = [node.firstChild, node.lastChild] as [SyntaxNode, SyntaxNode];
    if (node.getChild('Unless') !== null) return render(left);
    if (comparisons.some((name) => node.getChild(name) !== null)) return render(hasSeries(left) ? left : right);
    if (node.getChild('And') === null && node.getChild('Or') === null) return text(node);
    return `${render(left)}${promql.slice(left.to, right.from)}${render(right)}`;
  };
  return render(parser.parse(promql).topNode);
}
