import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionNames } from '../../build/bundle.ts';
import { logicalName, zipName } from '../../build/osls/live-alias.ts';
import { parameterName } from '../../build/osls/plain-parameters.ts';
import { writeYaml } from '../../build/osls/write-yaml.ts';
import { controlProblems } from '../support/settings.ts';
import { osls, prepareService } from './package-service.ts';

const { load } = createRequire(import.meta.url)('js-yaml');

const plainSchema = v.object({
  Parameters: v.record(
    v.string(),
    v.object({
      Type: v.string(),
      Description: v.string(),
      MaxValue: v.optional(v.number()),
      Default: v.optional(v.union([v.string(), v.number()])),
    }),
  ),
  Conditions: v.record(v.string(), v.unknown()),
  Resources: v.record(v.string(), v.record(v.string(), v.unknown())),
  Outputs: v.record(v.string(), v.object({ Value: v.unknown() })),
});

let folder: string;
let text: string;
let template: v.InferOutput<typeof plainSchema>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plain-'));
  await prepareService(folder);
  const aside = join(folder, 'aside');
  await osls(folder, {}, 'package', '--stage', 'prod', '--param', 'plain=true', '--package', aside);
  text = await readFile(join(folder, 'dist/template.yml'), 'utf8');
  template = v.parse(plainSchema, load(text));
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const propertiesOf = (id: string) => template.Resources[id]?.Properties;

/** Conditions where CDK's CfnInclude takes none: it throws, or writes keys that CloudFormation does not take. */
const INTRINSIC = /^(Fn::|Ref$)/;

describe('CDK includes the plain template', () => {
  test('its page leaves each resource as it is written whose policies have a condition', async () => {
    const page = await readFile(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
    const conditional = Object.entries(template.Resources).flatMap(([id, resource]) =>
      ['UpdatePolicy', 'CreationPolicy', 'DeletionPolicy', 'UpdateReplacePolicy'].some((name) =>
        Object.keys(Object(resource[name])).some((key) => INTRINSIC.test(key)),
      )
        ? [id]
        : [],
    );
    expect(conditional).not.toEqual([]);
    const list = conditional.map((id) => `'${id}'`).join(', ');
    expect(page).toContain(`dehydratedResources: [${list}]`);
    // Others depend on it by its name, and CfnInclude drops what it depends on itself.
    for (const id of conditional) {
      expect(page).toContain(`overrideLogicalId('${id}')`);
      for (const before of [template.Resources[id]?.DependsOn].flat())
        expect(page).toContain(`addDependency(fanin.getResource('${before}'))`);
    }
  });
});

describe('the plain template is of no stage', () => {
  test('every setting of a stage is a parameter with its meaning, and used', async () => {
    const stage = await readFile(join(folder, 'stages/prod.yml'), 'utf8');
    const settings = [...stage.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name = '']) => name);
    // One cannot be a reference, and CloudFormation knows the account itself.
    const wanted = settings.filter((name) => !['DATA_ON_REMOVAL', 'ACCOUNT_ID'].includes(name));
    expect(wanted.length).toBeGreaterThan(40);
    for (const name of wanted.map(parameterName)) {
      expect(template.Parameters[name]?.Description, name).toMatch(/\w{3}/);
      expect(text).toMatch(new RegExp(`Ref: ${name}\\b|\\$\\{${name}\\}`));
    }
  });

  test('nothing is named after a stage, and nothing of the packager is in it', () => {
    const { Parameters: _, ...rest } = template;
    expect(JSON.stringify(rest)).not.toMatch(/job-fanin-prod|Serverless|sls-/);
    expect(propertiesOf('IntentsQueue')).toMatchObject({
      QueueName: { 'Fn::Sub': `\${AWS::StackName}-intents` },
    });
    for (const output of Object.values(template.Outputs))
      expect(output).not.toHaveProperty('Export');
  });

  test('queues, table and secrets stay when the stack goes', () => {
    for (const [id, { Type, DeletionPolicy }] of Object.entries(template.Resources))
      if (/::(Queue|Table|Secret)$/.test(String(Type))) expect(DeletionPolicy, id).toBe('Retain');
  });
});

describe.each(functionNames)('%s', (name) => {
  test('has its zip from the bucket, named by its content', async () => {
    const zip = zipName(name, await readFile(join(folder, 'aside', `${name}.zip`)));
    expect(propertiesOf(`${logicalName(name)}LambdaFunction`)).toMatchObject({
      Code: { S3Bucket: { Ref: 'CodeBucket' }, S3Key: { 'Fn::Sub': `\${CodePrefix}${zip}.zip` } },
    });
  });

  test('has a version for each revision, which stays; without one, changes count at once', () => {
    const version = `${logicalName(name)}Version`;
    expect(template.Resources[version]).toMatchObject({
      Condition: 'HasRevision',
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    expect(propertiesOf(`${logicalName(name)}LiveAlias`)).toMatchObject({
      Name: 'live',
      FunctionVersion: {
        'Fn::If': ['HasRevision', { 'Fn::GetAtt': [version, 'Version'] }, '$LATEST'],
      },
    });
  });
});

/** CloudFormation knows only bounds. They must not let through what control-jobs refuses at its start. */
test.each(['CALL_TIMEOUT_SECONDS', 'MAX_RECEIVES', 'RESULTS_PER_EVENT', 'LOG_SAMPLE_RATE'])(
  'the bounds of %s are those of the function',
  (name) => {
    const { MaxValue = 0 } = template.Parameters[parameterName(name)] ?? {};
    const problemsAt = (value: number) =>
      controlProblems({ FUNCTION_TIMEOUT_SECONDS: '120', [name]: String(value) });
    expect(problemsAt(MaxValue)).toEqual([]);
    expect(problemsAt(MaxValue + 1)).toHaveLength(1);
  },
);

test('YAML is read as what was written', () => {
  const odd = {
    texts: [
      '',
      'yes',
      'no',
      '1',
      '0x1',
      '1e3',
      '~',
      'a: b',
      '# c',
      '- d',
      ' e',
      "it's",
      '"',
      '2012-10-17',
    ],
    values: [1, 0.5, true, false, null],
    nested: [[{ 'Fn::If': ['A', { b: [] }, {}] }], []],
    'a:b': { c: { d: `\${E}` } },
  };
  expect(load(writeYaml(odd))).toEqual(odd);
});
