import { round } from '../report/table.ts';
import { measureOutage, measureThrottles, OUTAGE_LATENCIES, type Range } from '../trouble.ts';
import { LOST, measureVerdicts } from '../verdicts.ts';
import type { Options, Subject } from './subject.ts';

/** The least and the most of several runs. */
const between = (range: Range, digits = 0): string =>
  [...new Set(range.map((figure) => round(figure, digits)))].join('–');

const throttleRows = async ({ long, quick }: Options) => {
  const jobs = quick ? 500 : 2_000;
  const measured = await measureThrottles(long ? {} : { jobs, seeds: [1, 2, 3] });
  return [
    [
      'three of ten calls throttled: attempts per call (1.43 on average at best)',
      between(measured.attemptsPerCall, 2),
      '1.5',
    ],
    [
      '– jobs not delivered, dead letters',
      `${measured.undelivered[1]}, ${measured.deadLetters[1]}`,
      '0, 0',
    ],
  ];
};

const outageRows = async (latencyMs: number) => {
  const outage = await measureOutage({ latencyMs });
  return [
    [
      `20 s of outage, 2,000 jobs, ${latencyMs} ms per request: requests meanwhile, attempts per call`,
      `${between(outage.attemptsMeanwhile)}; ${between(outage.attemptsPerCall, 2)}`,
      '',
    ],
    [
      '– seconds afterwards until 9 of 10 jobs are settled, and all',
      `${between(outage.mostSeconds)}; ${between(outage.allSeconds)}`,
      '',
    ],
    [
      '– jobs not delivered, dead letters',
      `${outage.undelivered[1]}, ${outage.deadLetters[1]}`,
      '0, 0',
    ],
  ];
};

const verdictRows = async () => {
  const seconds = await measureVerdicts();
  return LOST.map(({ what }, i) => [
    `${what}: seconds to the verdict`,
    round(seconds[i] ?? 0, 1),
    '',
  ]);
};

const measureTrouble = async (options: Options) => ({
  tables: [
    {
      name: 'trouble',
      title: 'Throttles, through the embedded stack',
      columns: ['figure', 'measured', 'goal'],
      rows: await throttleRows(options),
    },
  ],
});

const measureOutages = async () => ({
  tables: [
    {
      name: 'outages',
      title: 'Outages and lost replies, through the embedded stack',
      columns: ['figure', 'measured', 'goal'],
      rows: [
        ...(await Promise.all(OUTAGE_LATENCIES.map(outageRows))).flat(),
        ...(await verdictRows()),
      ],
    },
  ],
});

export const trouble: Subject = { name: 'trouble', onlyLong: true, measure: measureTrouble };
export const outages: Subject = { name: 'outages', onlyLong: true, measure: measureOutages };
