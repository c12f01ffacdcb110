import type { RecordedVerdict } from '../../shared/ledger/block-record.ts';
import type { Claim, Standing } from '../../shared/ledger/job-record.ts';
import type { ShownBreaker } from '../text/breaker-text.ts';
import { clean } from '../text/clean.ts';
import { counted, instantFrom } from '../text/times.ts';
import type { JobAnswer, Next } from './job-answer.ts';

/** One fact: what it is about, and what is known. */
export type Fact = readonly [about: string, words: string];

const OUTCOMES: Readonly<Record<RecordedVerdict['outcome'], string>> = {
  delivered: 'the upstream took the request',
  rejected: 'the upstream refused it, and a repeat would not help',
  superseded: 'a newer intent came first',
  expired: 'the deadline passed',
  failed: 'it was given up. To try again, hand in a new intent: job-fanin replay',
};

const verdictWords = (verdict: RecordedVerdict, now: number): string => {
  const { outcome, evidence, error, settledAt } = verdict;
  const by = evidence === undefined ? '' : ` (${evidence})`;
  const why = error === undefined ? '' : `: ${error.code}: ${error.message}`;
  return `${outcome}${by} ${instantFrom(settledAt, now)}: ${OUTCOMES[outcome]}${why}`;
};

const standingWords = (standing: Standing, { until }: Claim, now: number): string => {
  switch (standing.kind) {
    case 'settled':
      return 'its call is over';
    case 'live':
      return `a call for it may be under way, or its effect not over, until ${instantFrom(standing.until ?? until, now)}`;
    case 'doubtful':
      return `its request got no answer and may take effect until ${instantFrom(standing.until, now)}. Until then a look can only show that it was served`;
    case 'unclear':
      return 'a call may have gone out, and its answer is not known. The job is looked at before another is sent';
    case 'released':
      return 'no call is open';
    default:
      return standing satisfies never;
  }
};

const noun = ({ project, route }: { project?: string | undefined; route?: string | undefined }) =>
  project === undefined ? 'of a credential, perhaps of this project' : (route ?? 'of the project');

const breakerWords = (one: ShownBreaker, now: number): string => {
  const until = Date.parse(one.until);
  const end = until > now ? `until ${instantFrom(until, now)}` : 'the next request is its probe';
  const reason = one.reason === undefined ? '' : `: ${one.reason}`;
  return `${noun(one)}: ${one.state}, ${end}, ${counted(one.times, 'time')} in a row${reason}`;
};

const breakerFacts = ({ breakers }: JobAnswer, now: number): readonly Fact[] =>
  breakers.length === 0
    ? [['circuit breaker', 'none of this project is open']]
    : breakers.map((one) => ['circuit breaker', breakerWords(one, now)]);

const nextWords = (next: Next, now: number): string => {
  switch (next.kind) {
    case 'settled':
      return 'no: it has its verdict. An intent that was never begun does not show here: job-fanin status <intent>';
    case 'expires':
      return 'no: its deadline has passed. It expires when its message comes back';
    case 'not begun':
      return next.from === undefined
        ? 'as soon as its message is taken from the queue, if there is one'
        : `not before ${instantFrom(next.from, now)}, if there is a message`;
    case 'again':
      return next.from === undefined
        ? 'when its message comes back, which it does by itself'
        : `when its message comes back, and not before ${instantFrom(next.from, now)}`;
    default:
      return next satisfies never;
  }
};

const UNKNOWN: Fact = [
  'newest intent',
  'none that was begun. No intent for this job was accepted, or it waits on the queue, or it was settled without a call',
];

/** What is known of a job, fact by fact. Every text from outside is cleaned. */
export const jobFacts = (answer: JobAnswer, now: number): readonly Fact[] => {
  const { facts, newest, standing, verdict, next } = answer;
  const { record, holder } = facts;
  const stands = record && standing && standingWords(standing, record.claim, now);
  const all: readonly Fact[] = [
    newest === undefined
      ? UNKNOWN
      : [
          'newest intent',
          `${newest.id}, ${newest.operation}, accepted ${instantFrom(newest.at, now)}`,
        ],
    ...(verdict === undefined ? [] : [['verdict', verdictWords(verdict, now)] as const]),
    ...(stands === undefined || verdict !== undefined ? [] : [['claim', stands] as const]),
    ...(verdict === undefined && holder?.reason !== undefined
      ? [['last reason', holder.reason] as const]
      : []),
    ...(record?.claim.expires_at !== undefined && verdict === undefined
      ? [['deadline', instantFrom(Date.parse(record.claim.expires_at), now)] as const]
      : []),
    ...breakerFacts(answer, now),
    ['tried again', nextWords(next, now)],
  ];
  return all.map(([about, words]) => [about, clean(words)]);
};
