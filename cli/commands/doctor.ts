import { type CliCommand, flagIn } from '../command.ts';
import { apiChecks } from '../doctor/api-checks.ts';
import { type Check, type Finding, runCheck } from '../doctor/check.ts';
import { EXIT } from '../exit.ts';
import { jsonOption, targetOptions } from '../options.ts';
import { findTarget } from '../target/target.ts';
import { cleanJson } from '../text/clean.ts';
import { findingLines } from '../text/finding-text.ts';

/** Tries every edge, one by one. */
export const doctorCommand: CliCommand = {
  name: 'doctor',
  example: 'doctor --stack job-fanin-prod',
  summary: 'check each edge, one by one, and say how to mend what is wrong',
  details:
    'It changes nothing, and reads no secret. Ends with 1 if a check is bad; a warning is none.',
  options: [jsonOption(), ...targetOptions()],
  run: async (world, _, options) => {
    const target = await findTarget(world, options);
    const [{ stackChecks }, { upstreamChecks }] = await Promise.all([
      import('../doctor/stack-checks.ts'),
      import('../doctor/upstream-checks.ts'),
    ]);
    const checks: readonly Check[] = [apiChecks, stackChecks, upstreamChecks].flatMap((make) =>
      make(world, target),
    );
    const isJson = flagIn(options, 'json');
    const found: (Finding & { readonly check: string })[] = [];
    for (const check of checks) {
      const finding = await runCheck(check, world.signal);
      found.push({ check: check.name, ...finding });
      if (!isJson)
        for (const line of findingLines(check.name, finding, world.paint)) world.out(line);
      if (check.comesFirst === true && finding.state === 'bad') break;
    }
    if (isJson) world.out(cleanJson({ target: target.name, checks: found }));
    return found.some(({ state }) => state === 'bad') ? EXIT.trouble : EXIT.done;
  },
};
