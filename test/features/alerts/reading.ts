// What an expression reads, and with which labels its result comes, by the grammar of Prometheus itself.
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

export type Selector = {
  readonly series: string;
  readonly matchers: readonly (readonly [label: string, value: string])[];
};

/** Of the series that a selector names. @returns undefined where there is none */
export type LabelsOf = (selector: Selector) => ReadonlySet<string> | undefined;

export type Reading = {
  readonly selectors: readonly Selector[];
  /** Of the result; `undefined`: not known, since something is wrong. */
  readonly labels: ReadonlySet<string> | undefined;
  /** What is wrong, in words. */
  readonly wrong: readonly string[];
};

const setOperators = ['And', 'Or', 'Unless'];

export function readExpression(promql: string, labelsOf: LabelsOf): Reading {
  const wrong: string[] = [];
  const selectors: Selector[] = [];
  const text = (node: SyntaxNode): string => promql.slice(node.from, node.to);
  const all = (node: SyntaxNode, name: string): SyntaxNode[] => {
    const found: SyntaxNode[] = [];
    node.cursor().iterate((each) => {
      if (each.name === name) found.push(each.node);
    });
    return found;
  };

  const children = (node: SyntaxNode): SyntaxNode[] => {
    const found: SyntaxNode[] = [];
    for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child);
    return found;
  };

  const selectorOf = (node: SyntaxNode): Selector => {
    const series = node.getChild('Identifier');
    const matchers = all(node, 'UnquotedLabelMatcher').map(
      (matcher) =>
        [
          text(matcher.getChild('LabelName') as SyntaxNode),
          text(matcher.getChild('StringLiteral') as SyntaxNode),
        ] as const,
    );
    return { series: series === null ? '' : text(series), matchers };
  };

  const needs = (labels: readonly string[], of: ReadonlySet<string>, where: string): void => {
    for (const label of labels) if (!of.has(label)) wrong.push(`${where}: nothing below has the label ${label}`);
  };
  const named = (node: SyntaxNode | null): string[] => (node === null ? [] : all(node, 'LabelName').map(text));

  /** The labels of what a node gives. */
  const visit = (node: SyntaxNode): ReadonlySet<string> => {
    switch (node.name) {
      case 'VectorSelector': {
        const selector = selectorOf(node);
        selectors.push(selector);
        const labels = labelsOf(selector);
        if (labels === undefined) {
          wrong.push(`there is no series ${selector.series}`);
          return new Set();
        }
        needs(
          selector.matchers.map(([label]) => label),
          labels,
          text(node),
        );
        return labels;
      }
      case 'AggregateExpr': {
        const modifier = node.getChild('AggregateModifier');
        const body = node.getChild('FunctionCallBody') as SyntaxNode;
        const below = union(children(body).map(visit));
        const grouping = modifier?.getChild('GroupingLabels') ?? null;
        const labels = named(grouping);
        needs(labels, new Set([...below, 'namespace']), text(node));
        return new Set(labels);
      }
      case 'BinaryExpr': {
        const parts = children(node).filter(({ name }) => !/^(MatchingModifierClause|BoolModifier)$/.test(name));
        const [left, operator, right] = [parts[0], parts[1], parts.at(-1)] as [SyntaxNode, SyntaxNode, SyntaxNode];
        const [ofLeft, ofRight] = [visit(left), visit(right)];
        const clause = node.getChild('MatchingModifierClause');
        const on = clause?.getChild('On') ? named(clause.getChild('GroupingLabels')) : undefined;
        if (on !== undefined) {
          needs(on, new Set([...ofLeft, 'namespace']), `left of ${text(operator)} on`);
          needs(on, new Set([...ofRight, 'namespace']), `right of ${text(operator)} on`);
        }
        if (operator.name === 'Or') return union([ofLeft, ofRight]);
        if (setOperators.includes(operator.name)) return ofLeft;
        if (clause?.getChild('GroupRight') != null) return ofRight;
        if (on !== undefined && clause?.getChild('GroupLeft') === null) return new Set(on);
        return isScalar(left) ? ofRight : ofLeft;
      }
      case 'FunctionCall': {
        const name = text(node.getChild('FunctionIdentifier') as SyntaxNode);
        const body = node.getChild('FunctionCallBody');
        const below = body === null ? new Set<string>() : union(children(body).map(visit));
        if (name.startsWith('absent')) return new Set();
        // Its last four arguments are strings; the first of them names the label that it gives.
        if (name === 'label_replace')
          return new Set([...below, JSON.parse(text(all(node, 'StringLiteral').at(-4) as SyntaxNode)) as string]);
        return name === 'histogram_quantile' ? new Set([...below].filter((label) => label !== 'le')) : below;
      }
      case '⚠':
        wrong.push(`cannot be parsed at ${node.from}: ${promql.slice(node.from - 20, node.from + 20)}`);
        return new Set();
      default:
        return union(children(node).map(visit));
    }
  };
  const isScalar = (node: SyntaxNode): boolean => all(node, 'VectorSelector').length === 0;

  const labels = visit(parser.parse(promql).topNode);
  return { selectors, labels: wrong.length > 0 ? undefined : labels, wrong };
}

const union = (sets: readonly ReadonlySet<string>[]): ReadonlySet<string> => new Set(sets.flatMap((set) => [...set]));

/** Where an expression has `and …` or `unless …`: the operator with its right side. */
export function clausesOf(promql: string): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  parser.parse(promql).iterate({
    enter: ({ node }) => {
      const operator = node.getChild('And') ?? node.getChild('Unless');
      if (node.name === 'BinaryExpr' && operator !== null) found.push({ from: operator.from, to: node.to });
    },
  });
  return found;
}
