import * as v from 'valibot';
import { standIn } from '../../build/osls/stand-in.ts';
import type { Template } from './package-service.ts';

type Properties = Readonly<Record<string, unknown>>;

/** Of a secret it is the ARN. */
const ref = v.strictObject({ Ref: v.string() });
const attribute = v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.string()]) });
/** A role that only Lambda takes on, and that grants each right on one resource. */
const role = v.strictObject({
  AssumeRolePolicyDocument: v.object({
    Statement: v.strictTuple([
      v.strictObject({
        Effect: v.literal('Allow'),
        Principal: v.strictObject({ Service: v.literal('lambda.amazonaws.com') }),
        Action: v.literal('sts:AssumeRole'),
      }),
    ]),
  }),
  Policies: v.array(
    v.object({
      PolicyDocument: v.object({
        Statement: v.array(
          v.strictObject({
            Effect: v.literal('Allow'),
            Action: v.union([v.string(), v.array(v.string())]),
            Resource: v.union([attribute, ref, v.string()]),
          }),
        ),
      }),
    }),
  ),
});
const variables = v.object({
  Environment: v.object({ Variables: v.record(v.string(), v.unknown()) }),
});

/** Finds the resources of a template. */
const resourcesIn = ({ Resources }: Template) => {
  const all = (type: string): Readonly<Record<string, Properties>> =>
    Object.fromEntries(
      Object.entries(Resources)
        .filter(([, resource]) => resource.Type === type)
        .map(([id, resource]) => [id, resource.Properties]),
    );

  const resource = (id: string): Properties => {
    const found = Resources[id];
    if (found === undefined) throw new Error(`no resource ${id}`);
    return found.Properties;
  };

  const only = (type: string): Properties => {
    const [id, ...more] = Object.keys(all(type));
    if (id === undefined || more.length > 0) throw new Error(`not exactly one ${type}`);
    return resource(id);
  };

  const functionId = (name: string): string => {
    const functions = Object.entries(all('AWS::Lambda::Function'));
    const [found] =
      functions.find(([, { FunctionName }]) => FunctionName === `job-fanin-dev-${name}`) ?? [];
    if (found === undefined) throw new Error(`no function ${name}`);
    return found;
  };

  return { all, resource, only, functionId };
};

/** What a right is on: a resource's id, or a pattern. */
const idIn = (on: string | v.InferOutput<typeof attribute> | v.InferOutput<typeof ref>): string => {
  if (typeof on === 'string') return on;
  return 'Ref' in on ? on.Ref : on['Fn::GetAtt'][0];
};

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** A template, in the terms in which it is asked about. */
export const readTemplate = (template: Template) => {
  const found = resourcesIn(template);
  const { all, resource, functionId } = found;
  const functionOf = (name: string): Properties => resource(functionId(name));

  return {
    ...found,
    arn,
    dummyOf: standIn,
    functionOf,
    /** What calls a function calls its alias: by the name's Arn, or by its reference. */
    functionArn: (name: string) => ({ 'Fn::Join': [':', [arn(functionId(name)), 'live']] }),
    aliasOf: (name: string) => ({ Ref: functionId(name).replace('LambdaFunction', 'LiveAlias') }),

    permissionFor: (principal: string): Properties | undefined =>
      Object.values(all('AWS::Lambda::Permission')).find(
        ({ Principal }) => Principal === principal,
      ),

    /** By resource, the actions that a function's role allows on it. */
    rightsOf: (name: string): Readonly<Record<string, readonly string[]>> => {
      const [roleId] = v.parse(attribute, functionOf(name).Role)['Fn::GetAtt'];
      const policies = v.parse(role, resource(roleId)).Policies;
      const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
      const byResource = Map.groupBy(statements, ({ Resource }) => idIn(Resource));
      return Object.fromEntries(
        [...byResource].map(([id, granted]) => [id, granted.flatMap(({ Action }) => Action)]),
      );
    },

    environmentOf: (name: string): Readonly<Record<string, string>> => {
      const { Variables } = v.parse(variables, functionOf(name)).Environment;
      return Object.fromEntries(
        Object.entries(Variables).map(([key, value]) => [key, standIn(value)]),
      );
    },
  };
};
