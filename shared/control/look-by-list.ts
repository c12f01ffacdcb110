import type { JobId, JobList, JobPage } from '../operations/operation.ts';
import type { Sighting } from '../operations/sighting.ts';

/** With fewer jobs, a look at each costs little. */
export const LEAST_LISTED = 10;

/**
 * What a row of the service's list tells of each job: whether one that shows it so settles it. Of a job that is not here, or
 * is not settled, only a look at the job itself can tell.
 */
export type ByRow = ReadonlyMap<JobId, (sighting: Sighting) => boolean>;

/** Asks for the page that begins after so many jobs. Undefined: it brought none. */
export type AskForPage = (offset: number) => Promise<JobPage | undefined>;

/**
 * Looks for jobs in their service's list, and resolves to those that a row settles. Laws: a job that no row settles needs a
 * look of its own, since a list may leave out jobs, and its pages move while jobs come and go. Pages cost at most one request
 * for each `pageRows` jobs more than the looks that they save.
 */
export const lookByList = async (
  byRow: ByRow,
  ask: AskForPage,
  pageRows: JobList['pageRows'],
): Promise<ReadonlyMap<JobId, Sighting>> => {
  const found = new Map<JobId, Sighting>();
  const open = new Map<string, JobId>(Array.from(byRow.keys(), (job) => [job, job]));
  const inVain = Math.ceil(open.size / pageRows);
  const note = ({ sightings }: JobPage): void => {
    for (const [id, sighting] of sightings) {
      const job = open.get(id);
      if (job === undefined || byRow.get(job)?.(sighting) !== true) continue;
      open.delete(id);
      found.set(job, sighting);
    }
  };
  // The first page tells how many there are.
  let [read, ahead] = [0, 1];
  while (ahead > 0) {
    const pages = Array.from({ length: ahead }, (_, i) => ask((read + i) * pageRows));
    const brought = (await Promise.all(pages)).filter((page) => page !== undefined);
    for (const page of brought) note(page);
    // Where one page is refused, others would be too.
    if (brought.length < ahead) break;
    read += ahead;
    const left = Math.ceil((brought.at(-1)?.total ?? 0) / pageRows) - read;
    // Jobs may be on any page: more pages than jobs that are left cost more than a look at each.
    ahead = left < open.size ? Math.min(left, inVain + found.size - read) : 0;
  }
  return found;
};
