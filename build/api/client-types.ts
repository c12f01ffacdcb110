import { isObject } from '../../shared/json/json.ts';
import type { JsonSchema } from '../../shared/json/wire-form.ts';
import { asyncApi } from './asyncapi.ts';
import { openApi } from './openapi.ts';
import { interfaceText, nameIn, typeText } from './type-text.ts';

/** What the client speaks of. The schemas that these refer to follow by themselves. */
const ROOTS = ['Intent', 'Receipt', 'IntentStatus', 'Problem', 'ResultEvent', 'ResultsEvent'];

type Schemas = Readonly<Record<string, JsonSchema>>;

/** A schema without what needs no type: fields that are ignored, and the map of a discriminator. */
const readable = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(readable);
  if (!isObject(value)) return value;
  const { patternProperties: _, discriminator: __, ...rest } = value;
  return Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, readable(inner)]));
};

const schemasOf = (document: unknown): Schemas =>
  Object(readable(Reflect.get(Object(document), 'components'))).schemas;

const refsIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (!isObject(value)) return [];
  const { $ref, ...rest } = value;
  return [...($ref === undefined ? [] : [nameIn($ref)]), ...Object.values(rest).flatMap(refsIn)];
};

const reachable = (schemas: Schemas, names: readonly string[]): readonly string[] => {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    refsIn(schemas[name]).forEach(visit);
  };
  names.forEach(visit);
  return [...found];
};

/** What one value of a property asks for besides: `if` it is that value, `then` these are required. */
interface Rule {
  readonly key: string;
  readonly value: string;
  readonly required: readonly string[];
}

const rulesOf = ({ allOf }: JsonSchema): readonly Rule[] =>
  (Array.isArray(allOf) ? allOf : []).flatMap(({ if: { properties }, then: { required } }) =>
    Object.entries<{ readonly const: string }>(properties).map(([key, { const: value }]) => ({
      key,
      value,
      required,
    })),
  );

const branchText = (name: string, { key, value, required }: Rule): string => {
  const fields = required.map(
    (field) => `readonly ${field}: NonNullable<${name}Fields['${field}']>;`,
  );
  return `\n  | (${name}Fields & { ${[`readonly ${key}: '${value}';`, ...fields].join(' ')} })`;
};

/** A union of one type per value of the property that the rules ask about, so that a check of it narrows the others. */
const unionText = (name: string, schema: JsonSchema, rules: readonly Rule[]): string => {
  const [{ key } = { key: '' }] = rules;
  const values: readonly string[] = Object(schema.properties)[key].enum;
  const branches = values.map((value) =>
    branchText(name, rules.find((rule) => rule.value === value) ?? { key, value, required: [] }),
  );
  return `${interfaceText(`${name}Fields`, schema)}\n\nexport type ${name} =${branches.join('')};`;
};

const declare = (name: string, schema: JsonSchema = {}): string => {
  const rules = rulesOf(schema);
  if (rules.length > 0) return unionText(name, schema, rules);
  return schema.type === 'object'
    ? interfaceText(name, schema)
    : `export type ${name} = ${typeText(schema)};`;
};

/** Lists that the client checks values against, by the property that each is from. */
const LISTS = [
  ['OPERATIONS', 'Result', 'operation'],
  ['OUTCOMES', 'Result', 'outcome'],
  ['EVIDENCE', 'Result', 'evidence'],
  ['PROBLEM_TYPES', 'Problem', 'type'],
] as const;

const listText = (schemas: Schemas, [list, name, property]: (typeof LISTS)[number]): string => {
  const values: readonly string[] = Object(schemas[name]?.properties)[property].enum;
  return `export const ${list} = [${values.map((value) => `'${value}'`).join(', ')}] as const;`;
};

/** The source of the client's types, made of the published schemas. */
export const clientTypes = (): string => {
  const schemas = { ...schemasOf(asyncApi()), ...schemasOf(openApi()) };
  return [
    '// Written by `npm run docs` from the schemas that validate. Do not edit.',
    ...LISTS.map((list) => listText(schemas, list)),
    ...reachable(schemas, ROOTS).map((name) => declare(name, schemas[name])),
    '',
  ].join('\n\n');
};
