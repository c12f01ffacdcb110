import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../../local/upstream/simulator.ts';
import { beginStack, type TestStack, until } from '../support/stack.ts';
import { runPath, startPath } from '../support/vendor.ts';

const JOBS = 10_000;
const PER_REQUEST = 100;
const PROJECTS = ['signed', 'temporary', 'user'] as const;
type Project = (typeof PROJECTS)[number];

/** As many bad signatures a pair may ever show: more than five in a row lock it. */
const MOST_BAD = 2;

const folder = mkdtempSync(join(tmpdir(), 'stack-rotation-test-'));
const file = join(folder, 'secrets.json');

/** The credentials of one generation, each of its own project. */
const generation = (number: number) => ({
  signed: { ak: `SIGNED${number}`, sk: `secret-of-signed-${number}` },
  temporary: {
    ak: `TEMPORARY${number}`,
    sk: `secret-of-temporary-${number}`,
    security_token: `security-token-${number}`,
  },
  user: { user: 'fan-in', password: `password-${number}`, domain: 'OTC-1' },
});

/** By a rename, as rotation tools do: no reader finds half a file. */
const writeFile = (number: number): void => {
  writeFileSync(`${file}.new`, JSON.stringify({ projects: generation(number) }));
  renameSync(`${file}.new`, file);
};

/** Whom the upstream lets in: the pairs of some generations, and the user as of the last of them. */
const accountsOf = (...numbers: readonly number[]): Accounts => {
  const generations = numbers.map(generation);
  return {
    keys: generations.flatMap(({ signed, temporary }) => [
      { ...signed, projects: ['signed'] },
      { ...temporary, projects: ['temporary'] },
    ]),
    users: generations.slice(-1).map(({ user }) => ({ ...user, projects: ['user'] })),
  };
};

let stack: TestStack;

const resultsReach = (count: number) =>
  until(() => expect(stack.results().length).toBeGreaterThanOrEqual(count));

const changeFile = (number: number) => () => writeFile(number);
const changeUpstream =
  (...numbers: readonly number[]) =>
  () =>
    stack.upstream.setAccounts(accountsOf(...numbers));

/**
 * What changes when so many results are out. A pair that is signed with while the upstream does not know it rests for a
 * minute: nothing is lost by that, but the test is over sooner without.
 */
const CHANGES: readonly (readonly [results: number, change: () => void])[] = [
  // The file first.
  [1_000, changeFile(2)],
  [1_000, changeUpstream(2)],
  // The upstream first.
  [3_500, changeUpstream(3)],
  [3_500, changeFile(3)],
  // As it should be done: for a while both pairs are good.
  [5_500, changeUpstream(3, 4)],
  [5_500, changeFile(4)],
  [7_000, changeUpstream(4)],
];
const ROTATIONS = 3;

const sent = new Map<string, readonly [Project, string]>();

/** One request of many jobs; the projects take turns, two of them on DLI and every third request on DRS. */
const postOne = async (request: number): Promise<void> => {
  const project = PROJECTS[request % PROJECTS.length] ?? 'signed';
  const ids = Array.from({ length: PER_REQUEST }, (_, i) => String(request * PER_REQUEST + i + 1));
  const isDrs = request % 2 === 1;
  const [path, body] = isDrs
    ? [startPath(project), JSON.stringify({ jobs: ids.map((job_id) => ({ job_id })) })]
    : [runPath(project), `{"job_ids":[${ids.join(',')}]}`];
  const { intentId, status } = await stack.post(path, body);
  expect(status).toBe(isDrs ? 202 : 200);
  for (const id of ids) sent.set(`${intentId}/${id}`, [project, `${isDrs ? 'drs' : 'dli'} ${id}`]);
};

beforeAll(async () => {
  writeFile(1);
  stack = await beginStack({
    UPSTREAM_SECRETS_FILE: file,
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    MAX_CONCURRENCY: '2',
    CALLS_PER_KEY: '1',
    MAX_JOBS_PER_CALL: '25',
    LOG_LEVEL: 'warn',
  });
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe(`credentials that are changed while ${JOBS} jobs flow`, () => {
  beforeAll(async () => {
    const posting = (async () => {
      for (let request = 0; request < JOBS / PER_REQUEST; request++) await postOne(request);
    })();
    for (const [results, change] of CHANGES) {
      if (stack.results().length < results) await resultsReach(results);
      change();
    }
    await posting;
    await resultsReach(JOBS);
    await until(async () => expect((await stack.depths()).intents).toBe(0));
  });

  test('cost no job: each has one result, and was delivered', () => {
    const results = stack.results();
    expect(results.map(({ result_id }) => result_id).toSorted()).toEqual(
      [...sent.keys()].toSorted(),
    );
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']));
  });

  test('each job was carried out once', () => {
    const odd = [...sent.values()].filter(([project, job]) => {
      const [service = '', id = ''] = job.split(' ');
      return stack.upstream.effectsOf(service === 'drs' ? 'drs' : 'dli', project, id).length !== 1;
    });
    expect(odd).toEqual([]);
  });

  test('nothing is on the dead-letter queue', async () => {
    expect(await stack.depths()).toEqual({ intents: 0, deadLetters: 0, failedEvents: 0 });
  });

  test('nobody is locked, and no pair or password was refused more than twice', () => {
    const accounts = stack.upstream.accounts();
    expect(accounts.filter(({ locked }) => locked)).toEqual([]);
    const bad = accounts.filter((account) => {
      // A user stays the same, a pair does not.
      const most = 'ak' in account ? MOST_BAD : MOST_BAD * ROTATIONS;
      return account.badSignatures > most;
    });
    expect(bad).toEqual([]);
    expect(stack.upstream.refusals.filter(({ why }) => why === 'locked')).toEqual([]);
  });

  test('and each generation was in use', () => {
    const used = stack.upstream.accounts().filter(({ calls }) => calls > 0);
    const names = used.map((account) => ('ak' in account ? account.ak : account.user));
    expect(names).toEqual(expect.arrayContaining(['SIGNED1', 'SIGNED4', 'TEMPORARY4', 'fan-in']));
  });
});
