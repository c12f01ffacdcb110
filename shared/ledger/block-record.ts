import * as v from 'valibot';
import type { Intent, IntentId } from '../intent/intent.ts';
import type { VerdictInfo } from '../intent/result.ts';
import { jobIdOf } from '../operations/operation.ts';
import { type AboutBlock, aboutSchema, writeAbout } from './about-block.ts';
import { readRanges, writeRanges } from './ranges.ts';
import { readRecord } from './read-record.ts';

/** A verdict as the ledger keeps it. From then on it is the verdict, and every event about it says the same. */
export interface RecordedVerdict extends VerdictInfo {
  /** Milliseconds since 1970. */
  readonly calledAt: number;
  readonly settledAt: number;
}

/** The end of a request that was left without an answer. */
export interface RequestEnd {
  /** The invocation that sent the request. */
  readonly invocation: string;
  /** By then the request has had its effect, if it has one, and a status shows it. Milliseconds since 1970. */
  readonly until: number;
}

/** What is known of the jobs of one block, by their place in it. */
export interface BlockState {
  /** Absent in records of releases before 0.2, and of messages that do not tell of blocks. */
  readonly about?: AboutBlock | undefined;
  /** The invocation that wrote it last. */
  readonly invocation: string;
  readonly verdicts: readonly (RecordedVerdict | undefined)[];
  /** Verdicts known to be on the bus. */
  readonly published: ReadonlySet<number>;
  /** The last request for a job, if that was in vain. */
  readonly requests: ReadonlyMap<number, NotedRequest>;
  /** The ends of requests without an answer. Until then such a request may take effect, whatever a look has shown. */
  readonly ends?: ReadonlyMap<number, RequestEnd>;
  /** Why a job was last left without a verdict. */
  readonly reason?: string | undefined;
}

/** The last request for a job that was in vain: it went unanswered, or had no effect. */
export interface NotedRequest {
  /** The invocation that sent the request. */
  readonly invocation: string;
  /** False if it is certain that the request had no effect. Then it holds no claim open. */
  readonly mayBeServed: boolean;
  /** Among so many jobs of the request is the reason that it was in vain, as far as is known. */
  readonly suspects?: number | undefined;
}

/** The key of one block of an intent's jobs, however the intent was cut into messages. No job's id begins with `#`. */
export const blockKeyOf = (intent_id: IntentId, block: number): string =>
  `intent/${intent_id}/#${block}`;

/** The key for a message that does not tell of blocks, as older releases wrote them. */
export const messageKeyOf = ({
  intent_id,
  jobs: [first],
}: Pick<Intent, 'intent_id' | 'jobs'>): string =>
  `intent/${intent_id}/${first === undefined ? '' : jobIdOf(first)}`;

const VERSION = 1;

const optionalText = v.exactOptional(v.string());

const schema = v.object({
  v: v.literal(VERSION),
  about: v.exactOptional(aboutSchema),
  invocation: v.string(),
  asked: v.array(v.object({ by: v.string(), jobs: v.string() })),
  ends: v.optional(v.array(v.object({ by: v.string(), until: v.number(), jobs: v.string() })), []),
  reason: optionalText,
  verdicts: v.array(
    v.object({
      outcome: v.picklist(['delivered', 'rejected', 'superseded', 'expired', 'failed']),
      evidence: v.exactOptional(v.picklist(['keyed', 'positional', 'aggregate', 'observed'])),
      error: v.exactOptional(v.object({ code: v.string(), message: v.string() })),
      superseded_by: optionalText,
      call: v.exactOptional(v.object({ id: v.string(), size: v.number(), attempts: v.number() })),
      calledAt: v.number(),
      settledAt: v.number(),
      jobs: v.string(),
      published: v.boolean(),
    }),
  ),
});

/** Ends as the record has them. Jobs of one request share an entry. */
const writeEnds = (ends: ReadonlyMap<number, RequestEnd>) =>
  Array.from(
    Map.groupBy(ends, ([, { invocation, until }]) => `${until} ${invocation}`),
    ([text, entries]) => ({
      by: text.slice(text.indexOf(' ') + 1),
      until: Number.parseInt(text, 10),
      jobs: writeRanges(entries.map(([index]) => index)),
    }),
  );

/** A noted request as the record has it. Older releases read and write the same text. */
const writeNote = ({ invocation, mayBeServed, suspects }: NotedRequest): string =>
  (mayBeServed ? '' : 'nobody of ') +
  invocation +
  (suspects === undefined ? '' : `, one of ${suspects}`);

const readNote = (text: string): NotedRequest => {
  const suspects = /, one of (\d+)$/.exec(text)?.[1];
  return {
    invocation: text.replace(/^nobody of |, one of \d+$/g, ''),
    mayBeServed: !text.startsWith('nobody of '),
    suspects: suspects === undefined ? undefined : Number(suspects),
  };
};

/** Jobs that share a verdict share an entry. */
export const writeBlock = ({
  about,
  invocation,
  verdicts,
  published,
  requests,
  ends = new Map(),
  reason,
}: BlockState): string => {
  const shared = new Map<string, number[]>();
  verdicts.forEach((verdict, index) => {
    if (verdict === undefined) return;
    const text = JSON.stringify({ ...verdict, published: published.has(index) });
    const indices = shared.get(text);
    if (indices === undefined) shared.set(text, [index]);
    else indices.push(index);
  });
  return JSON.stringify({
    v: VERSION,
    ...(about && { about: writeAbout(about) }),
    invocation,
    asked: Array.from(
      Map.groupBy(requests, ([, noted]) => writeNote(noted)),
      ([by, entries]) => ({ by, jobs: writeRanges(entries.map(([index]) => index)) }),
    ),
    ...(ends.size > 0 && { ends: writeEnds(ends) }),
    reason,
    verdicts: Array.from(shared, ([text, indices]) => ({
      ...JSON.parse(text),
      jobs: writeRanges(indices),
    })),
  });
};

/** Undefined if this release does not know the version of the text. */
export const readBlock = (text: string): BlockState | undefined => {
  const read = readRecord(schema, text);
  if (read === undefined) return undefined;
  const verdicts: (RecordedVerdict | undefined)[] = [];
  const published = new Set<number>();
  for (const { jobs, published: isPublished, ...verdict } of read.verdicts)
    for (const index of readRanges(jobs)) {
      verdicts[index] = verdict as RecordedVerdict;
      if (isPublished) published.add(index);
    }
  return {
    ...(read.about && { about: read.about }),
    invocation: read.invocation,
    verdicts,
    published,
    requests: new Map(
      read.asked.flatMap(({ by, jobs }) => {
        const noted = readNote(by);
        return readRanges(jobs).map((index) => [index, noted] as const);
      }),
    ),
    ends: new Map(
      read.ends.flatMap(({ by: invocation, until, jobs }) =>
        readRanges(jobs).map((index) => [index, { invocation, until }] as const),
      ),
    ),
    reason: read.reason,
  };
};
