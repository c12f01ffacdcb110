import { cpSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { knownSettings, readStageFile } from '../../build/osls/stage-file.ts';
import { strayVariables } from '../../shared/json/nearest-name.ts';

const project = join(import.meta.dirname, '../..');

let folder: string;
let dev: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stages-'));
  for (const part of ['serverless.yml', 'template', 'stages'])
    cpSync(join(project, part), join(folder, part), { recursive: true });
  dev = await readFile(join(folder, 'stages/dev.yml'), 'utf8');
});

afterAll(() => rm(folder, { recursive: true }));

/** What is said of a stage file with that text. */
const said = async (text: string): Promise<string> => {
  await writeFile(join(folder, 'stages/mine.yml'), text);
  try {
    readStageFile(folder, 'mine');
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('a stage file', () => {
  test.each(['dev', 'prod'])('%s sets each setting that there is', (stage) => {
    const { settings } = readStageFile(folder, stage);
    expect(Object.keys(settings).toSorted()).toEqual(knownSettings(folder).toSorted());
  });

  test('names every setting that it does not know, with the one that was meant, and every one that it lacks', async () => {
    const text = dev
      .replace('MAX_RECEIVES:', 'MAX_RECIEVES:')
      .replace('CALLER_RATE:', 'caller_rate:')
      .replace('BATCH_SIZE:', 'ZORK:');
    const [head, ...lines] = (await said(text)).split('\n');
    expect(head).toBe('stages/mine.yml cannot be used:');
    expect(lines.map((line) => line.trim()).toSorted()).toEqual([
      'BATCH_SIZE is not set: copy its line from stages/dev.yml',
      'CALLER_RATE is not set: copy its line from stages/dev.yml',
      'MAX_RECEIVES is not set: copy its line from stages/dev.yml',
      'MAX_RECIEVES is not a setting: did you mean MAX_RECEIVES?',
      'ZORK is not a setting: docs/settings.md has them all',
      'caller_rate is not a setting: did you mean CALLER_RATE?',
    ]);
  });

  test.each([
    ['settings: [', 'is not YAML: '],
    ['settings: {}\n', 'it must have tags and settings, and nothing else: see stages/dev.yml'],
    [
      'tags: {}\nsettings:\n  CANARY:\n',
      "settings.CANARY must be a text, a number, true or false: write '' for none",
    ],
    ['tags: {stage: 1}\nsettings: {}\n', 'tags.stage must be a text: put it in quotes'],
  ])('%j is refused with the remedy', async (text, fault) => {
    expect(await said(text)).toContain(fault);
  });

  test('that is not there is told of', () => {
    expect(() => readStageFile(folder, 'nowhere')).toThrow(
      /stages\/nowhere\.yml .*\n.*is missing: copy stages\/dev\.yml, and set what differs/,
    );
  });
});

test('a variable of the shell that is nearly a setting is told of, and no other', () => {
  const shell = {
    MAX_RECEIVE: '1',
    BATCH_SIZE: '5',
    log_level: 'x',
    PATH: '/bin',
    HOME: '/',
    LANG: 'C',
  };
  expect(strayVariables(shell, knownSettings(folder))).toEqual([
    'MAX_RECEIVE is not a setting, and changes nothing: did you mean MAX_RECEIVES?',
    'log_level is not a setting, and changes nothing: did you mean LOG_LEVEL?',
  ]);
});
