import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { checkOut } from './report/checkout.ts';
import { machine } from './report/machine.ts';
import { tellProgress } from './report/progress.ts';
import { markdownOf, textOf } from './report/table.ts';
import { writeBlock, writePicture } from './report/write.ts';
import { basics } from './subjects/basics.ts';
import { cost } from './subjects/cost.ts';
import { credentials } from './subjects/credentials.ts';
import { growth } from './subjects/growth.ts';
import { limits } from './subjects/limits.ts';
import { loneJobs } from './subjects/lone-jobs.ts';
import { peers } from './subjects/peers.ts';
import { scale } from './subjects/scale.ts';
import type { Report, Subject } from './subjects/subject.ts';
import { outages, trouble } from './subjects/trouble.ts';

/** `npm run bench`: every figure of the README and of docs/figures.md. Ratios hold anywhere; times are this machine's, now. */

const SUBJECTS: readonly Subject[] = [
  peers,
  cost,
  limits,
  loneJobs,
  scale,
  credentials,
  growth,
  basics,
  trouble,
  outages,
];

const USAGE = `npm run bench -- [--only ${SUBJECTS.map(({ name }) => name).join('|')}] [--long | --quick] [--against <commit>] [--write]

  --only <names>      these subjects alone, separated by commas
  --long              outages, and full sizes where the short run has smaller ones
  --quick             a tenth of the jobs, to see that all works
  --against <commit>  measure that commit's code beside this one's, where it can be
  --write             put the tables into docs/figures.md and README.md, and the plots into docs
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    long: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    against: { type: 'string' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const chosen = values.only?.split(',');

/** The load before the run tells whether the machine was idle. */
const machineNow = `${machine()}, load ${loadavg()[0]?.toFixed(1)} before the run`;

const tell = ({ tables, pictures = [] }: Report): void => {
  for (const table of tables) {
    if (!table.forPages) process.stdout.write(textOf(table));
    if (values.write) writeBlock(table.name, markdownOf(table));
  }
  if (values.write) for (const { name, svg } of pictures) writePicture(name, svg);
};

const run = async (subjects: readonly Subject[]): Promise<void> => {
  const against = values.against === undefined ? undefined : checkOut(values.against);
  const options = { long: values.long, quick: values.quick, against };
  console.log(machineNow);
  if (values.write && chosen === undefined) writeBlock('machine', `Measured on ${machineNow}.`);
  try {
    for (const { name, measure } of subjects) {
      const start = performance.now();
      tellProgress(`${name} …`);
      const report = await measure(options);
      tellProgress('');
      tell(report);
      console.log(`\n(${name}: ${Math.round((performance.now() - start) / 1_000)} s)`);
    }
  } finally {
    against?.remove();
  }
};

const unknown = chosen?.filter((name) => SUBJECTS.every((subject) => subject.name !== name)) ?? [];
if (values.help || unknown.length > 0) {
  console.log(USAGE);
  process.exitCode = unknown.length > 0 ? 1 : 0;
} else
  await run(
    SUBJECTS.filter(({ name, onlyLong = false }) =>
      chosen === undefined ? values.long || !onlyLong : chosen.includes(name),
    ),
  );
