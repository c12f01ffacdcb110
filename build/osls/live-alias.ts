import { createHash } from 'node:crypto';

/** The alias that everything calls. To go back, move it to an earlier version. */
export const LIVE = 'live';

/** A function as osls describes it while it packages. */
export interface OslsFunction {
  /** osls points events, permissions and invoke settings at this alias. */
  targetAlias?: { readonly name: string; readonly logicalId: string };
  /** osls sets it when it has compiled the function. */
  readonly versionLogicalId?: string;
  /** osls sets it when it has made the zip. */
  readonly package?: { readonly artifact?: string };
}

/** osls writes a dash in a logical id so. */
export const logicalName = (name: string): string =>
  name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', 'Dash');

export const aliasId = (name: string): string => `${logicalName(name)}LiveAlias`;

/** The logical id of the version that this package makes of a function. */
export const versionOf = (name: string, { versionLogicalId }: OslsFunction): string => {
  if (versionLogicalId === undefined) throw new Error(`osls made no version of ${name}`);
  return versionLogicalId;
};

/** Before osls compiles: everything that calls the function calls its alias. */
export const pointAtAlias = (name: string, lambda: OslsFunction): void => {
  lambda.targetAlias = { name: LIVE, logicalId: aliasId(name) };
};

/** After osls compiled: the alias, which names the version that this package makes. */
export const aliasResource = (name: string, lambda: OslsFunction) => ({
  Type: 'AWS::Lambda::Alias',
  Properties: {
    Name: LIVE,
    FunctionName: { Ref: `${logicalName(name)}LambdaFunction` },
    FunctionVersion: { 'Fn::GetAtt': [versionOf(name, lambda), 'Version'] },
  },
});

/** What names a zip in a release, and the source maps beside it: the first 12 hex digits of its SHA-256. */
export const zipName = (name: string, zip: Buffer): string =>
  `${name}-${createHash('sha256').update(zip).digest('hex').slice(0, 12)}`;
