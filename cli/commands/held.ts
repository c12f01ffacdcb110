import { isProjectId } from '../../shared/operations/operation.ts';
import { type CliCommand, flagIn, textIn } from '../command.ts';
import { EXIT } from '../exit.ts';
import { jsonOption, projectOption, targetOptions } from '../options.ts';
import { openLedgerOf } from '../target/open-ledger.ts';
import { keysOfProject, readBreakers } from '../target/read-breakers.ts';
import { findTarget } from '../target/target.ts';
import { breakersTable, shownBreaker, sinceText, untilText } from '../text/breaker-text.ts';
import { cleanJson } from '../text/clean.ts';

/** The first part of every breaker's key. */
const ALL = 'cool/';

/** The circuit breakers that are not closed. */
export const heldCommand: CliCommand = {
  name: 'held',
  example: 'held --stack job-fanin-prod',
  summary: 'circuit breakers that are open, by project and key, since when and until when',
  details:
    'Without --project it looks for all of them, which reads the whole table of a deployed ledger. With it, the breakers of credentials are left out.',
  options: [projectOption(false), jsonOption(), ...targetOptions()],
  run: async (world, _, options) => {
    const target = await findTarget(world, options);
    const ledger = await openLedgerOf(await target.parts(), world);
    const project = textIn(options, 'project');
    const keys = isProjectId(project) ? keysOfProject(project) : await ledger.list(ALL);
    const now = world.now();
    const held = (await readBreakers(ledger, keys)).flatMap((breaker) => {
      const shown = shownBreaker(breaker, now);
      return shown === undefined ? [] : [{ shown, record: breaker.record }];
    });
    if (flagIn(options, 'json')) world.out(cleanJson({ held: held.map(({ shown }) => shown) }));
    else if (held.length === 0) world.out('No circuit breaker is open: requests flow.');
    else {
      const rows = held.map(({ shown, record }) => ({
        ...shown,
        sinceWords: sinceText(record, now),
        untilWords: untilText(record, now),
      }));
      for (const line of breakersTable(rows, world.paint)) world.out(line);
    }
    return EXIT.done;
  },
};
