import { parseAst } from 'vitest/node';
import type { Source } from './sources.ts';

/** A node of the syntax tree, as far as the measure looks at it. */
interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface MeasuredFunction {
  readonly name: string;
  readonly lines: number;
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

const isFunction = ({ type }: SyntaxNode): boolean =>
  /^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/.test(type);

const childrenOf = (node: SyntaxNode): readonly SyntaxNode[] =>
  Object.values(node).flat().filter(isNode);

/** What a call calls at the root of its chain: `describe` of `describe.each(rows)(…)`. */
const rootOf = (node: unknown): unknown => {
  if (!isNode(node)) return undefined;
  return node.name ?? rootOf(node.callee ?? node.object ?? node.tag);
};

/** The name that a function is given where it is made: that of its variable, its property, or the call that takes it. */
const nameOf = (node: SyntaxNode, parent: SyntaxNode): string => {
  const id = [node.id, parent.id, parent.key].find(isNode);
  return String(id?.name ?? `${rootOf(parent.callee) ?? 'a'} callback`);
};

/** Every function of a source with its length in lines, from its first letter to its last. What stands inside it counts. */
export const functionsIn = ({ path, text }: Source): readonly MeasuredFunction[] => {
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const found: MeasuredFunction[] = [];
  const visit = (node: SyntaxNode, parent: SyntaxNode): void => {
    // A describe only groups the tests in it.
    if (isFunction(node) && rootOf(parent.callee) !== 'describe')
      found.push({
        name: `${path}: ${nameOf(node, parent)}`,
        lines: lineAt(node.end) - lineAt(node.start) + 1,
      });
    for (const child of childrenOf(node)) visit(child, node);
  };
  const program: unknown = parseAst(text, { lang: 'ts' });
  if (!isNode(program)) throw new Error(`${path} has no syntax tree`);
  visit(program, program);
  return found;
};
