import * as v from 'valibot';
import type { Intent } from './intent.ts';
import { parseLoosely } from './json.ts';
import { jobIdOf } from './operation.ts';
import { readRanges, writeRanges } from './ranges.ts';
import type { VerdictInfo } from './result.ts';

/** A verdict as the ledger keeps it: from then on it is the verdict, and every event about it says the same. */
export interface Sealed extends VerdictInfo {
  /** Milliseconds since 1970. */
  readonly calledAt: number;
  readonly settledAt: number;
}

/** What is known of the jobs of one message, by their place in it. */
export interface PartState {
  /** The invocation that wrote it last. */
  readonly invocation: string;
  readonly verdicts: readonly (Sealed | undefined)[];
  /** Verdicts known to be on the bus. */
  readonly published: ReadonlySet<number>;
  /**
   * Jobs whose last request went unanswered, each with the invocation that sent it and after which it may yet be served;
   * or with a name that is none, if it is known by now that it was not.
   */
  readonly asked: ReadonlyMap<number, string>;
}

/** In place of an invocation's name where a request was not served for certain: no claim is held open by it. */
export const NOBODY = 'nobody';

/**
 * Who asked for a job, as it is noted in {@link PartState.asked}; `suspects`, if one of so many jobs is known to be the
 * reason why it was in vain.
 */
export const askerOf = (invocation: string, suspects?: number): string =>
  suspects === undefined ? invocation : `${invocation}, one of ${suspects}`;

export const isAsker = (name: string | undefined, invocation: string): boolean =>
  name === invocation || name?.startsWith(`${invocation}, one of `) === true;

export const suspectsIn = (name: string): number | undefined => {
  const [, jobs] = /, one of (\d+)$/.exec(name) ?? [];
  return jobs === undefined ? undefined : Number(jobs);
};

/** A part's key: an intent may be split over several messages, and no job is in two of them. */
export const partKeyOf = ({
  intent_id,
  jobs: [first],
}: Pick<Intent, 'intent_id' | 'jobs'>): string =>
  `intent/${intent_id}/${first === undefined ? '' : jobIdOf(first)}`;

const VERSION = 1;

const optionalText = v.exactOptional(v.string());

const schema = v.object({
  v: v.literal(VERSION),
  invocation: v.string(),
  asked: v.array(v.object({ by: v.string(), jobs: v.string() })),
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

/** Jobs that share a verdict share an entry. */
export const writePart = ({ invocation, verdicts, published, asked }: PartState): string => {
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
    invocation,
    asked: Array.from(
      Map.groupBy(asked, ([, by]) => by),
      ([by, entries]) => ({ by, jobs: writeRanges(entries.map(([index]) => index)) }),
    ),
    verdicts: Array.from(shared, ([text, indices]) => ({
      ...JSON.parse(text),
      jobs: writeRanges(indices),
    })),
  });
};

/** Undefined if the text is of a version that is not known here. */
export const readPart = (text: string): PartState | undefined => {
  const parsed = parseLoosely(text);
  const read = v.safeParse(schema, parsed.ok ? parsed.value : undefined);
  if (!read.success) return undefined;
  const verdicts: (Sealed | undefined)[] = [];
  const published = new Set<number>();
  for (const { jobs, published: isPublished, ...verdict } of read.output.verdicts)
    for (const index of readRanges(jobs)) {
      verdicts[index] = verdict as Sealed;
      if (isPublished) published.add(index);
    }
  return {
    invocation: read.output.invocation,
    verdicts,
    published,
    asked: new Map(
      read.output.asked.flatMap(({ by, jobs }) =>
        readRanges(jobs).map((index) => [index, by] as const),
      ),
    ),
  };
};
