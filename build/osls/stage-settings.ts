import * as v from 'valibot';

/** What is wrong in the file of a stage, each with what to do. */
export class StageFault extends Error {
  override readonly name = 'StageFault';
  constructor(file: string, problems: readonly string[]) {
    super(`${file} cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** A file of `stages/`: the tags of the stack, and the value of each setting. */
const stageSchema = v.strictObject(
  {
    tags: v.record(
      v.string(),
      v.string('must be a text: put it in quotes'),
      'must be a list of names and values',
    ),
    settings: v.record(
      v.string(),
      v.union(
        [v.string(), v.number(), v.boolean()],
        "must be a text, a number, true or false: write '' for none",
      ),
      'must be a list of names and values',
    ),
  },
  'must have tags and settings, and nothing else: see stages/dev.yml',
);

export type Stage = v.InferOutput<typeof stageSchema>;

export type SettingValue = string | number;

/** A key that is missing, or too much, is the whole file's fault. */
const placeOf = (issue: v.BaseIssue<unknown>): string =>
  issue.type === 'strict_object' ? 'it' : (v.getDotPath(issue) ?? 'it');

/** Throws a {@link StageFault}. */
export const readStage = (file: string, content: unknown): Stage => {
  const result = v.safeParse(stageSchema, content);
  if (result.success) return result.output;
  throw new StageFault(
    file,
    result.issues.map((issue) => `${placeOf(issue)} ${issue.message}`),
  );
};

export type Shell = Readonly<Record<string, string | undefined>>;

/** A number in the file stays one, also from the shell: CloudFormation and osls want it so. */
const likeInFile = (inFile: Stage['settings'][string], text: string): SettingValue =>
  typeof inFile === 'number' && /^\d{1,15}$/.test(text) ? Number(text) : text;

/** The value of a setting: the shell's, if it has a variable of that name, or the stage file's. */
export const settingOf = (name: string, { settings }: Stage, shell: Shell): SettingValue => {
  const inFile = settings[name];
  if (inFile === undefined) throw new Error(`${name} is used in the template, and not set`);
  const inShell = shell[name];
  if (inShell !== undefined) return likeInFile(inFile, inShell);
  return typeof inFile === 'boolean' ? String(inFile) : inFile;
};

/** All settings as the environment of a process, for the readers of settings. */
export const allSettings = (stage: Stage, shell: Shell): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.keys(stage.settings).map((name) => [name, String(settingOf(name, stage, shell))]),
  );

/** Of each setting that the shell overrides, one line for the deployer. */
export const overridesIn = ({ settings }: Stage, shell: Shell): readonly string[] =>
  Object.entries(settings)
    .filter(([name, value]) => shell[name] !== undefined && shell[name] !== String(value))
    .map(([name, value]) => `${name}=${shell[name]} (the stage file says ${value || "''"})`);
