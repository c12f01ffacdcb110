import { isEntries, type Node } from './fold-conditions.ts';

/** The ids that a node names by `Ref` or `Fn::GetAtt`. */
const referred = (node: Node): readonly string[] => {
  if (Array.isArray(node)) return node.flatMap(referred);
  if (!isEntries(node)) return [];
  const { Ref: ref, 'Fn::GetAtt': attribute } = node;
  if (typeof ref === 'string') return [ref];
  if (Array.isArray(attribute)) return [String(attribute[0])];
  return Object.values(node).flatMap(referred);
};

/** Leaves out what a resource is said to depend on if it refers to that anyway. */
const tidy = (resource: Node): Node => {
  if (!isEntries(resource) || resource.DependsOn === undefined) return resource;
  const { DependsOn: named, ...rest } = resource;
  const ids = new Set(referred(rest.Properties ?? null));
  const left = [named].flat().filter((id) => !ids.has(String(id)));
  return { ...rest, ...(left.length > 0 && { DependsOn: left }) };
};

/** A template whose `DependsOn` says only what no reference says. */
export const tidyTemplate = (
  template: Readonly<Record<string, Node>>,
): Readonly<Record<string, Node>> => ({
  ...template,
  Resources: Object.fromEntries(
    Object.entries(isEntries(template.Resources) ? template.Resources : {}).map(
      ([id, resource]) => [id, tidy(resource)],
    ),
  ),
});
