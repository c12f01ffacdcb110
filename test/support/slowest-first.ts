import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The test files that take longest, the slowest first. Most of them wait for processes, deadlines and leases. */
export const SLOWEST: readonly string[] = [
  'cli/pages',
  'local/strangers-not-believed',
  'local/process-starts-and-ends',
  'local/ends-in-ten-seconds',
  'local/health-tells-the-truth',
  'local/waiting-ends-with-the-stack',
  'local/one-result-after-faults',
  'local/lambda-api',
  'cli/replay',
  'cli/operate',
  'local/restart-keeps-all',
  'local/every-reply-understood',
  'template/template',
  'console/used-by-all',
  'console/thousand-a-second',
  'local/status-and-waiting',
  'cli/doctor',
  'cli/hand-in',
  'local/each-operation',
  'simulation/simulation',
  'local/bad-bodies-refused',
  'local/late-and-repeated-events',
  'local/newest-wish-counts',
  'local/run-follows-its-stop',
  'pages',
  'edge/secrets-stay',
  'local/bus-trouble-loses-nothing',
  'local/proofs-asked-for',
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
