import { isProjectId } from '../../shared/operations/operation.ts';
import { type CliCommand, flagIn, textIn } from '../command.ts';
import { EXIT, usageError } from '../exit.ts';
import { possibleJobs } from '../input/job-id.ts';
import { SAMPLE_PROJECT } from '../input/samples.ts';
import { jsonOption, projectOption, targetOptions } from '../options.ts';
import { openLedgerOf } from '../target/open-ledger.ts';
import { keysOfProject, readBreakers } from '../target/read-breakers.ts';
import { readJobFacts } from '../target/read-job-facts.ts';
import { findTarget } from '../target/target.ts';
import { clean, cleanJson } from '../text/clean.ts';
import { answerFor, type JobAnswer } from '../why/job-answer.ts';
import { type Fact, jobFacts } from '../why/job-words.ts';
import type { World } from '../world.ts';

const asJson = (
  { facts, newest, standing, verdict, breakers, next }: JobAnswer,
  words: readonly Fact[],
) => ({
  service: facts.service,
  project_id: facts.project,
  job_id: facts.job,
  newest_intent: newest,
  claim: standing?.kind,
  verdict,
  breakers,
  next,
  words: Object.fromEntries(words),
});

const tell = (world: World, answer: JobAnswer, isJson: boolean): void => {
  const words = jobFacts(answer, world.now());
  if (isJson) {
    world.out(cleanJson(asJson(answer, words)));
    return;
  }
  const { service, job, project } = answer.facts;
  world.out(
    world.paint('bold', `${service.toUpperCase()} job ${clean(job)} of project ${project}`),
  );
  const width = Math.max(...words.map(([about]) => about.length));
  for (const [about, text] of words) world.out(`  ${about.padEnd(width)}  ${text}`);
};

/** How the keys of the breakers of credentials begin. */
const CREDENTIALS = 'cool/key/';

/** What the ledger knows of one job, in words. */
export const whyCommand: CliCommand = {
  name: 'why',
  example: `why 131 --project ${SAMPLE_PROJECT}`,
  summary: 'why a job waits, or what became of it: what the ledger knows, in words',
  details:
    'The service is the one whose ledger record the job has; an id that both may have is told for each. With a ledger in a table, the breakers of credentials are told by job-fanin held alone.',
  arguments: [['<job>', 'the id of one job']],
  options: [projectOption(), jsonOption(), ...targetOptions()],
  run: async (world, [job = ''], options) => {
    const project = textIn(options, 'project');
    if (!isProjectId(project)) throw usageError('no project', 'give it with --project');
    const possible = possibleJobs(job);
    const target = await findTarget(world, options);
    const ledger = await openLedgerOf(await target.parts(), world);
    const all = await Promise.all(
      possible.map(([service, id]) => readJobFacts(ledger, service, project, id)),
    );
    const known = all.filter(({ record }) => record !== undefined);
    // A file is looked through at once. A table would have to be read as a whole.
    const ofCredentials = ledger.isFile ? await ledger.list(CREDENTIALS) : [];
    const breakers = await readBreakers(ledger, [...keysOfProject(project), ...ofCredentials]);
    for (const facts of known.length > 0 ? known : all.slice(0, 1)) {
      const { service } = facts;
      const own = breakers.filter(({ key }) =>
        [`cool/${service}/`, CREDENTIALS].some((start) => key.startsWith(start)),
      );
      tell(world, answerFor(facts, own, world.now()), flagIn(options, 'json'));
    }
    return EXIT.done;
  },
};
