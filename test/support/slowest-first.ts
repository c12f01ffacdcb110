import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The test files that take longest, the slowest first. Most of them wait for processes, deadlines and leases. */
export const SLOWEST: readonly string[] = [
  'console/thousand-a-second',
  'console/used-by-all',
  'bench/regression',
  'template/runbook-followed',
  'local/ends-in-ten-seconds',
  'local/process-starts-and-ends',
  'simulation/simulation',
  'simulation/broken',
  'template/alarms',
  'local/waiting-ends-with-the-stack',
  'local/health-tells-the-truth',
  'local/status-and-waiting',
  'local/restart-keeps-all',
  'local/one-result-after-faults',
  'local/late-and-repeated-events',
  'console/what-happened',
  'console/tour',
  'console/own-token',
  'console/used-by-a-newcomer',
  'local/strangers-not-believed',
  'cli/replay',
  'cli/hand-in',
  'cli/pages',
  'cli/deployed',
  'local/repeats-by-key',
  'local/large-requests-whole',
  'local/every-reply-understood',
  'edge/secrets-stay',
  'local/lambda-api',
  'cli/operate',
  'cli/doctor',
  'template/refused-settings',
  'client/package',
  'local/other-servers',
  'local/each-operation',
  'local/newest-wish-counts',
  'local/run-follows-its-stop',
  'local/bus-trouble-loses-nothing',
  'local/proofs-asked-for',
  'simulation/routes',
  'memory/invocation',
  'pages',
];

/** A worker serves one project, and ends when the next file is of another. The rooms' many short files fill the end. */
const PROJECTS = ['whole', 'apart', 'rooms'];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = SLOWEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return place === -1 ? SLOWEST.length : place;
};

/** Starts the slowest files first, so that no worker is left alone with one of them at the end. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const projectOf = ({ project }: TestSpecification) => PROJECTS.indexOf(project.name);
    return [...files].sort(
      (one, other) =>
        projectOf(one) - projectOf(other) ||
        placeOf(one) - placeOf(other) ||
        basename(one.moduleId).localeCompare(basename(other.moduleId)),
    );
  }
}
