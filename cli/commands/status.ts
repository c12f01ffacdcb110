import { type CliCommand, flagIn } from '../command.ts';
import { EXIT } from '../exit.ts';
import { intentIdOf } from '../input/intent-id.ts';
import { SAMPLE_INTENT } from '../input/samples.ts';
import { jsonOption, targetOptions } from '../options.ts';
import { findCallable } from '../target/target.ts';
import { clean, cleanJson } from '../text/clean.ts';
import { jobsTable, outcomesText } from '../text/results-text.ts';
import { instantFrom } from '../text/times.ts';

/** What is known of an intent now. */
export const statusCommand: CliCommand = {
  name: 'status',
  example: `status ${SAMPLE_INTENT}`,
  summary: 'what became of an intent of yours',
  details: 'Exit code 0, whatever the outcomes: for a code that tells them, use watch.',
  arguments: [['<intent>', 'the id of the intent, as its answer gave it']],
  options: [jsonOption(), ...targetOptions()],
  run: async (world, [given = ''], options) => {
    const id = intentIdOf(given);
    const { client } = await findCallable(world, options);
    const status = await client.status(id, { signal: world.signal });
    if (flagIn(options, 'json')) {
      world.out(cleanJson(status));
      return EXIT.done;
    }
    const { operation = '', project_id: project = '', expires_at: end, jobs = [] } = status;
    world.out(clean(`${status.status}  ${operation} ${project}`.trimEnd()));
    if (status.status !== 'settled' && end !== undefined)
      world.out(`good until ${instantFrom(Date.parse(end), world.now())}`);
    if (jobs.length > 0) for (const line of jobsTable(jobs, world.paint)) world.out(line);
    world.out(
      jobs.length > 0
        ? outcomesText(jobs)
        : 'The ledger has no record of it yet: it waits on the queue.',
    );
    return EXIT.done;
  },
};
