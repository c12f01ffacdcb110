import { isEntries, type Node } from './fold-conditions.ts';

/** Stands for a parameter while osls packages: it puts settings into the middle of texts, where no reference can be. */
export const markOf = (parameter: string): string => `@{${parameter}}`;

const WHOLE = /^@\{(\w+)\}$/;
const WITHIN = /@\{(\w+)\}/g;

const inSub = (text: string): string =>
  text.replaceAll(WITHIN, (_, parameter) => `\${${parameter}}`);

const ofText = (text: string): Node => {
  const [, parameter] = WHOLE.exec(text) ?? [];
  if (parameter !== undefined) return { Ref: parameter };
  return text.search(WITHIN) < 0 ? text : { 'Fn::Sub': inSub(text) };
};

/** Puts references in the places of the marks: a `Ref` for a whole text, `Fn::Sub` within one. */
export const referAtMarks = (node: Node): Node => {
  if (typeof node === 'string') return ofText(node);
  if (Array.isArray(node)) return node.map(referAtMarks);
  if (!isEntries(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, item]) => [
      key,
      key === 'Fn::Sub' && typeof item === 'string' ? inSub(item) : referAtMarks(item),
    ]),
  );
};
