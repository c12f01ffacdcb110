/** A node of a template. */
export type Node =
  | string
  | number
  | boolean
  | null
  | readonly Node[]
  | { readonly [key: string]: Node };

type Entries = Readonly<Record<string, Node>>;

export const isEntries = (node: unknown): node is Entries =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

const isList = (node: Node | undefined): node is readonly Node[] => Array.isArray(node);

/** A condition that is known before the deployment. Undefined: CloudFormation has to decide. */
const truthOf = (condition: Node | undefined): boolean | undefined => {
  if (!isEntries(condition)) return undefined;
  const { 'Fn::Equals': equal, 'Fn::Not': not } = condition;
  if (isList(equal))
    return equal.some((side) => typeof side === 'object') ? undefined : equal[0] === equal[1];
  if (!isList(not)) return undefined;
  const value = truthOf(not[0]);
  return value === undefined ? undefined : !value;
};

type Known = ReadonlyMap<string, boolean>;

const isNoValue = (node: Node): boolean => isEntries(node) && node.Ref === 'AWS::NoValue';

/** Takes the branch of each known `Fn::If`, and leaves out what has no value then. */
const fold = (node: Node, known: Known): Node => {
  if (isList(node)) return node.map((item) => fold(item, known)).filter((item) => !isNoValue(item));
  if (!isEntries(node)) return node;
  const choice = node['Fn::If'];
  const [name, yes, no] = isList(choice) ? choice : [];
  const value = typeof name === 'string' ? known.get(name) : undefined;
  if (value !== undefined && yes !== undefined && no !== undefined)
    return fold(value ? yes : no, known);
  // A list in an Fn::If keeps its places, also those without a value.
  const inside = value === undefined && isList(choice);
  return Object.fromEntries(
    Object.entries(node)
      .map(([key, item]): [string, Node] => [
        key,
        inside && key === 'Fn::If' && isList(item)
          ? item.map((branch) => fold(branch, known))
          : fold(item, known),
      ])
      .filter(([, item]) => !isNoValue(item)),
  );
};

const foldResource = (resource: Node, known: Known): Node | undefined => {
  if (!isEntries(resource)) return resource;
  const { Condition: name, ...rest } = resource;
  const value = typeof name === 'string' ? known.get(name) : undefined;
  if (value === false) return undefined;
  return fold(value === undefined ? resource : rest, known);
};

const foldSection = (section: Node | undefined, known: Known): Entries =>
  Object.fromEntries(
    Object.entries(isEntries(section) ? section : {}).flatMap(([id, resource]) => {
      const folded = foldResource(resource, known);
      return folded === undefined ? [] : [[id, folded] as const];
    }),
  );

/**
 * A template without the conditions that are known: a resource that is not wanted is not in it. So the template of a stage
 * shows what is deployed.
 */
export const foldConditions = (template: Entries): Entries => {
  const conditions = Object.entries(isEntries(template.Conditions) ? template.Conditions : {});
  const known = new Map(
    conditions.flatMap(([name, condition]) => {
      const value = truthOf(condition);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const left = conditions.filter(([name]) => !known.has(name));
  const { Conditions: _, ...rest } = template;
  return {
    ...rest,
    ...(left.length > 0 && { Conditions: Object.fromEntries(left) }),
    Resources: foldSection(template.Resources, known),
    Outputs: foldSection(template.Outputs, known),
  };
};
