import { isEntries, type Node } from './fold-conditions.ts';

/** A word that YAML reads as that text, and as nothing else. */
const PLAIN = /^[A-Za-z][\w./:-]*[\w./-]$/;
const OTHERWISE = /^(true|false|yes|no|on|off|null)$/i;

const scalar = (value: Node): string =>
  typeof value === 'string' && PLAIN.test(value) && !OTHERWISE.test(value)
    ? value
    : JSON.stringify(value);

const isEmpty = (node: Node): boolean =>
  typeof node !== 'object' || node === null || Object.keys(node).length === 0;

const after = (key: string, node: Node, indent: string): string =>
  isEmpty(node) ? `${key} ${scalar(node)}\n` : `${key}\n${writeNode(node, `${indent}  `)}`;

const writeNode = (node: Node, indent: string): string => {
  if (Array.isArray(node))
    return node
      .map((item: Node) =>
        isEmpty(item)
          ? `${indent}- ${scalar(item)}\n`
          : `${indent}- ${writeNode(item, `${indent}  `).trimStart()}`,
      )
      .join('');
  return Object.entries(isEntries(node) ? node : {})
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => after(`${indent}${scalar(key)}:`, item, indent))
    .join('');
};

/** Writes a template as YAML, with the long forms of CloudFormation's functions. */
export const writeYaml = (template: Readonly<Record<string, Node>>): string =>
  writeNode(template, '');
