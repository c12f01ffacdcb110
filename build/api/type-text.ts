import { isObject } from '../../shared/json/json.ts';
import type { JsonSchema } from '../../shared/json/wire-form.ts';

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const schemaOf = (value: unknown): JsonSchema => (isObject(value) ? value : {});

const literal = (value: unknown): string =>
  typeof value === 'string' ? `'${value}'` : String(value);

/** The last part of a reference is the name of a type. */
export const nameIn = (reference: unknown): string => String(reference).split('/').at(-1) ?? '';

/** What may be a string or a number is a string: a number of JavaScript would round an id beyond 2^53 (promise P9). */
const unionOf = (members: readonly string[]): string => {
  const distinct = [...new Set(members)];
  return distinct
    .filter((member) => member !== 'number' || !distinct.includes('string'))
    .join(' | ');
};

const propertyText = (name: string, schema: JsonSchema, isRequired: boolean): string => {
  const key = /^\w+$/.test(name) ? name : `'${name}'`;
  const type = typeText(schema);
  return `readonly ${key}${isRequired ? `: ${type}` : `?: ${type} | undefined`};`;
};

const propertiesOf = (schema: JsonSchema) =>
  Object.entries(schemaOf(schema.properties)).map(([name, value]) => {
    const property = schemaOf(value);
    const isRequired = listOf(schema.required).includes(name);
    return { text: propertyText(name, property, isRequired), description: property.description };
  });

/** An object's schema as an interface. A description becomes the comment of its property. */
export const interfaceText = (name: string, schema: JsonSchema): string => {
  const lines = propertiesOf(schema).flatMap(({ text, description }) => [
    ...(description === undefined ? [] : [`  /** ${description} */`]),
    `  ${text}`,
  ]);
  return [`export interface ${name} {`, ...lines, '}'].join('\n');
};

const plain: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** An array whose element is a union needs brackets. */
const arrayText = (element: string): string =>
  `readonly ${element.includes(' | ') ? `(${element})` : element}[]`;

const objectText = (schema: JsonSchema): string => {
  const properties = propertiesOf(schema).map(({ text }) => text);
  return properties.length === 0
    ? 'Readonly<Record<string, never>>'
    : `{ ${properties.join(' ')} }`;
};

/** A JSON Schema as a type of TypeScript. Throws if it uses something that is not known here. */
export const typeText = (schema: JsonSchema): string => {
  if ('$ref' in schema) return nameIn(schema.$ref);
  if ('const' in schema) return literal(schema.const);
  if ('enum' in schema) return unionOf(listOf(schema.enum).map(literal));
  const choices = listOf(schema.oneOf ?? schema.anyOf);
  if (choices.length > 0) return unionOf(choices.map((choice) => typeText(schemaOf(choice))));
  if (schema.type === 'array') return arrayText(typeText(schemaOf(schema.items)));
  if (schema.type === 'object') return objectText(schema);
  const types = [schema.type].flat().map((type) => plain[String(type)]);
  if (types.includes(undefined)) throw new Error(`no type for ${JSON.stringify(schema)}`);
  return unionOf(types.map(String));
};
