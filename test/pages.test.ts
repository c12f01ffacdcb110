import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startShell } from './support/child.ts';
import { type Block, blocksOf, commandsIn, pages } from './support/pages.ts';
import { readJson } from './support/sources.ts';
import { send, until } from './support/stack.ts';

/** Where `npm start` listens unless a setting says otherwise. */
const FRONT = 'http://127.0.0.1:3000';

const blocks = pages.flatMap(blocksOf);

const shellBlocks = (page: string): readonly Block[] =>
  blocks.filter((block) => block.page === page && block.language === 'sh');

const commandsOf = (page: string): readonly string[] => shellBlocks(page).flatMap(commandsIn);

const isForFront = ({ text }: Block): boolean => text.includes(FRONT);

/** Runs `npm start`, as the README has it, on a free port. */
const startAsTold = async () => {
  const [start] = /npm start.*/.exec(commandsOf('README.md').join('\n')) ?? [];
  if (start === undefined) throw new Error('the README does not say how to start');
  const child = startShell({ onTestFinished }, start);
  return { child, url: await child.ready() };
};

/** Runs a block in bash as it stands, but for the port. It fails at the first command that fails, or answer of 400 or more. */
const run = async ({ text }: Block, url: string): Promise<string> => {
  const strict = 'set -eu; curl() { command curl --fail-with-body "$@"; }\n';
  const { stdout } = await promisify(execFile)('bash', [
    '-c',
    strict + text.replaceAll(FRONT, url),
  ]);
  return stdout;
};

/** The job ids in the bodies that a block sends. */
const jobsIn = (block: Block): readonly string[] =>
  [...block.text.matchAll(/-d '([^']*)'/g)].flatMap(([, body = '']) => {
    const { job_ids = [], jobs = [] } = JSON.parse(body);
    return [...job_ids, ...jobs].map((job) => String(job.job_id ?? job));
  });

describe('what the README says can be done as it stands', () => {
  it('its commands start the stack, its requests are taken, and each job is delivered', async () => {
    const { child, url } = await startAsTold();
    const requests = shellBlocks('README.md').filter(isForFront);
    expect(requests.length).toBeGreaterThan(1);
    for (const block of requests) await run(block, url);
    await until(async () => {
      const { text } = await send(`${url}/local/results`, null, {}, 'GET');
      const results: { detail: { job_id: string; outcome: string } }[] = JSON.parse(text);
      const told = results.map(({ detail }) => `${detail.job_id} ${detail.outcome}`);
      expect(told.toSorted()).toEqual(
        requests
          .flatMap(jobsIn)
          .map((job) => `${job} delivered`)
          .toSorted(),
      );
    });
    child.signal('SIGINT');
    expect(await child.ended()).toMatchObject({ stderr: '' });
  });

  it('the wait in it is long enough for the results that it shows', () => {
    const waits = commandsOf('README.md').flatMap((command) =>
      [...command.matchAll(/^sleep (\d+)$/g)].map(([, seconds]) => Number(seconds)),
    );
    expect(waits.length).toBeGreaterThan(0);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(2);
  });

  it('the switches of the simulator are taken too', async () => {
    const { url } = await startAsTold();
    // A block with an ellipsis is for the reader to fill in.
    const switches = shellBlocks('docs/local.md').filter(
      (block) => isForFront(block) && !block.text.includes('…'),
    );
    expect(switches.length).toBeGreaterThan(1);
    for (const block of switches) await run(block, url);
  });
});

describe('what the pages name is there', () => {
  it('every npm script', () => {
    const { scripts } = readJson('package.json');
    const named = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\bnpm run (?:--silent )?([a-z]+(?::[a-z]+)*)/g)].map(([, name = '']) => [
        path,
        name,
      ]),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(([, name = '']) => !(name in scripts))).toEqual([]);
  });

  it('every block of JSON can be parsed', () => {
    const json = blocks.filter(({ language }) => language === 'json');
    expect(json.length).toBeGreaterThan(1);
    for (const { text } of json) expect(() => JSON.parse(text)).not.toThrow();
  });
});
