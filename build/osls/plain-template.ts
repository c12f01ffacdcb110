import { isEntries, type Node } from './fold-conditions.ts';
import { aliasId, LIVE, logicalName } from './live-alias.ts';

type Entries = Readonly<Record<string, Node>>;

/** What the plain template is made from. */
export interface PlainSource {
  readonly template: Entries;
  readonly parameters: Entries;
  /** osls names things after these: the service and the stage. */
  readonly names: readonly string[];
  /** By function: the id of its version, and the name of its zip without `.zip`. */
  readonly functions: Readonly<Record<string, { readonly version: string; readonly zip: string }>>;
}

/** What osls adds for itself: its bucket, and outputs that would clash between stacks. */
const OF_OSLS = /^(ServerlessDeployment|.*QualifiedArn$|HttpApiId$|HttpApiUrl$)/;

const without = (section: Node | undefined): [string, Node][] =>
  Object.entries(isEntries(section) ? section : {}).filter(([id]) => !OF_OSLS.test(id));

const renamed = (text: string, names: readonly string[]): string =>
  names.reduce((so, name) => so.replaceAll(name, `\${AWS::StackName}`), text);

/** Names after the stage become names after the stack. */
const named = (node: Node, names: readonly string[]): Node => {
  if (typeof node === 'string') {
    const text = renamed(node, names);
    return text === node ? node : { 'Fn::Sub': text };
  }
  if (Array.isArray(node)) return node.map((item) => named(item, names));
  if (!isEntries(node)) return node;
  const { 'Fn::Sub': text } = node;
  if (typeof text === 'string') return { 'Fn::Sub': renamed(text, names) };
  return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, named(item, names)]));
};

const propertiesOf = (resource: Node): Entries =>
  isEntries(resource) && isEntries(resource.Properties) ? resource.Properties : {};

const withProperties = (resource: Node, properties: Entries): Node => {
  const { Tags: _, ...own } = propertiesOf(resource);
  return { ...(isEntries(resource) ? resource : {}), Properties: { ...own, ...properties } };
};

/** The function's code from the caller's bucket; its version and alias by the parameter `Revision`. */
const functionParts = (
  name: string,
  { version, zip }: { readonly version: string; readonly zip: string },
  resources: ReadonlyMap<string, Node>,
): readonly (readonly [string, Node])[] => {
  const lambda = `${logicalName(name)}LambdaFunction`;
  const versionId = `${logicalName(name)}Version`;
  const Code = {
    S3Bucket: { Ref: 'CodeBucket' },
    S3Key: { 'Fn::Sub': `\${CodePrefix}${zip}.zip` },
  };
  const Description = { 'Fn::Sub': `${zip}, revision \${Revision}` };
  const kept = resources.get(version) ?? null;
  const alias = resources.get(aliasId(name)) ?? null;
  return [
    [lambda, withProperties(resources.get(lambda) ?? null, { Code })],
    [
      versionId,
      {
        ...(isEntries(kept) ? kept : {}),
        Condition: 'HasRevision',
        UpdateReplacePolicy: 'Retain',
        Properties: { ...propertiesOf(kept), Description },
      },
    ],
    [
      aliasId(name),
      withProperties(alias, {
        FunctionVersion: {
          'Fn::If': ['HasRevision', { 'Fn::GetAtt': [versionId, 'Version'] }, '$LATEST'],
        },
      }),
    ],
  ];
};

const resourcesOf = ({ template, names, functions }: PlainSource): Entries => {
  const versions = new Set(Object.values(functions).map(({ version }) => version));
  const resources = new Map(without(template.Resources));
  const parts = Object.entries(functions).flatMap(([name, lambda]) =>
    functionParts(name, lambda, resources),
  );
  const all = new Map([...resources].filter(([id]) => !versions.has(id)));
  for (const [id, resource] of parts) all.set(id, resource);
  return Object.fromEntries(
    [...all].map(([id, resource]) => [id, named(withoutTags(resource), names)]),
  );
};

/** A stack's own tags go to all that it holds. */
const withoutTags = (resource: Node): Node =>
  isEntries(resource) && isEntries(resource.Properties) ? withProperties(resource, {}) : resource;

const outputsOf = ({ template, names }: PlainSource): Entries =>
  Object.fromEntries(
    without(template.Outputs).map(([id, output]) => {
      const { Export: _, ...rest } = isEntries(output) ? output : {};
      return [id, named(rest, names)];
    }),
  );

/**
 * The template of a stage as plain CloudFormation: every setting is a parameter, the zips come from a bucket of the
 * caller's, and names follow the stack. The alias is `live` here too.
 */
export const plainTemplate = (source: PlainSource): Entries => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: `job-fanin: many callers, one batch call upstream, one result per job. Everything calls the alias ${LIVE}.`,
  Parameters: source.parameters,
  Rules: {
    CanaryGoesBetweenVersions: {
      RuleCondition: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Canary' }, ''] }] },
      Assertions: [
        {
          Assert: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Revision' }, ''] }] },
          AssertDescription: 'Canary needs a Revision',
        },
      ],
    },
  },
  Conditions: {
    ...(isEntries(source.template.Conditions) ? source.template.Conditions : {}),
    HasRevision: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Revision' }, ''] }] },
  },
  Resources: resourcesOf(source),
  Outputs: outputsOf(source),
});
