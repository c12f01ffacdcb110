import * as v from 'valibot';
import { closedObject } from '../json/closed-object.ts';
import { type Fault, faultsOf } from '../json/fault.ts';
import { parseByValue } from '../json/json.ts';
import { wireForm } from '../json/wire-form.ts';
import { isOperationName, operations } from '../operations/index.ts';
import { PROJECT_ID_RULE, projectId } from '../operations/operation.ts';
import { ANY, type Grant } from './caller.ts';
import { type Hook, hookSchema } from './hook-mapping.ts';
import { IGNORES_NOTHING, type Proof, proofSchema } from './proof.ts';

/** One caller of the secret. */
export interface CallerEntry {
  readonly id: string;
  /** All are valid at once, so that each can be replaced without a gap. */
  readonly proofs: readonly Proof[];
  readonly hook?: Hook;
  readonly grants: readonly Grant[];
}

export type Callers = readonly CallerEntry[];

const OBJECT_RULE = 'must be an object';

const matching = (pattern: RegExp, rule: string) =>
  v.pipe(v.string('must be a string'), v.regex(pattern, rule));

/** Results name these callers too: an event of any source, and a direct invocation. */
const RESERVED = ['direct', 'rule', 'http'];

const id = v.pipe(
  matching(
    /^[A-Za-z0-9._-]{1,64}$/,
    'must be 1 to 64 letters, digits, dots, hyphens or underscores',
  ),
  v.check((text) => !RESERVED.includes(text), `must not be one of ${RESERVED.join(', ')}`),
  wireForm(() => ({
    type: 'string',
    pattern: '^[A-Za-z0-9._-]{1,64}$',
    not: { enum: RESERVED },
  })),
);

const project = matching(
  new RegExp(`${projectId.source}|^\\*$`),
  `${PROJECT_ID_RULE}, or ${ANY} for all`,
);

const OPERATIONS = [...operations.map(({ name }) => name), ANY];

const operation = v.pipe(
  v.custom<string>(
    (name) => name === ANY || isOperationName(name),
    `must be one of ${OPERATIONS.join(', ')}`,
  ),
  wireForm(() => ({ enum: OPERATIONS })),
);

const job = matching(/^(?!\*$)[!-~]{1,64}$/, 'must be a job id: leave jobs out to mean every job');

/** A list of at most so many items, so that a faulty secret cannot fill the log. */
const listOf = <Output>(item: v.GenericSchema<unknown, Output>, least: number, most: number) => {
  const rule = `must be a list of ${least} to ${most}`;
  return v.pipe(
    v.array(v.unknown(), rule),
    v.minLength(least, rule),
    v.maxLength(most, rule),
    v.array(item),
    wireForm((of) => ({ type: 'array', minItems: least, maxItems: most, items: of(item) })),
  );
};

/** Grants of a caller, or of an event source. None gives no right. */
export const grantsSchema = listOf<Grant>(
  closedObject(
    {
      projects: listOf(project, 1, 1_000),
      operations: listOf(operation, 1, 100),
      jobs: v.exactOptional(listOf(job, 1, 10_000)),
    },
    OBJECT_RULE,
    IGNORES_NOTHING,
  ),
  0,
  100,
);

/** The secret, as docs/callers.schema.json publishes it. */
export const callersSchema = closedObject(
  {
    callers: listOf<CallerEntry>(
      closedObject(
        {
          id,
          proofs: listOf(proofSchema, 1, 20),
          hook: v.exactOptional(hookSchema),
          grants: grantsSchema,
        },
        OBJECT_RULE,
        IGNORES_NOTHING,
      ),
      1,
      1_000,
    ),
  },
  OBJECT_RULE,
  IGNORES_NOTHING,
);

/** An unknown field's name may be a secret in the wrong place, so no fault says it. */
const faultOf = (issue: v.BaseIssue<unknown>): readonly Fault[] =>
  faultsOf([issue]).map(({ pointer, detail }) =>
    detail === 'is not a known field'
      ? { pointer: pointer.replace(/\/[^/]*$/, ''), detail: 'has a field that is not known' }
      : { pointer, detail },
  );

/** What must belong to one caller only: else a request would prove two. Undefined if two callers may share it. */
const ownOf = (proof: Proof): string | undefined => {
  switch (proof.kind) {
    case 'bearer':
      return `bearer ${proof.sha256}`;
    case 'basic':
      return `basic ${proof.user}`;
    case 'vendor-key':
      return `vendor-key ${proof.access_key}`;
    case 'iam':
      return `iam ${proof.user_id} ${proof.domain_id}`;
    case 'standard-webhooks':
    case 'github':
      return undefined;
    default:
      return proof satisfies never;
  }
};

/** Ids and proofs that stand under two callers. */
const sharedFaults = (callers: Callers): readonly Fault[] => {
  const owners = new Map<string, number>();
  return callers.flatMap((caller, i) => {
    const claim = (name: string | undefined, pointer: string, detail: string): readonly Fault[] => {
      if (name === undefined) return [];
      const owner = owners.get(name) ?? i;
      owners.set(name, owner);
      return owner === i ? [] : [{ pointer, detail }];
    };
    const place = `#/callers/${i}`;
    return [
      ...claim(`id ${caller.id}`, `${place}/id`, 'is the id of another caller too'),
      ...caller.proofs.flatMap((proof, j) =>
        claim(ownOf(proof), `${place}/proofs/${j}`, 'is a proof of another caller too'),
      ),
    ];
  });
};

/** Access keys that stand twice under one caller: a signature would fit but one of the two secrets. */
const repeatedKeys = (callers: Callers): readonly Fault[] =>
  callers.flatMap(({ proofs }, i) => {
    const keys = proofs.map((proof) =>
      proof.kind === 'vendor-key' ? proof.access_key : undefined,
    );
    return keys.flatMap((key, j) =>
      key === undefined || keys.indexOf(key) === j
        ? []
        : [
            {
              pointer: `#/callers/${i}/proofs/${j}/access_key`,
              detail: 'stands in another proof too',
            },
          ],
    );
  });

export type ReadCallers =
  | { readonly ok: true; readonly callers: Callers }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const distinct = (faults: readonly Fault[]): readonly Fault[] => [
  ...new Map(faults.map((fault) => [`${fault.pointer} ${fault.detail}`, fault])).values(),
];

/**
 * Reads the secret. Laws: it names every fault at once, by a JSON pointer. No fault shows a value, nor the name of an
 * unknown field.
 */
export const readCallers = (text: string): ReadCallers => {
  const parsed = parseByValue(text);
  if (!parsed.ok) return { ok: false, faults: [{ pointer: '#', detail: parsed.detail }] };
  const read = v.safeParse(callersSchema, parsed.value);
  if (!read.success) return { ok: false, faults: distinct(read.issues.flatMap(faultOf)) };
  const { callers } = read.output;
  const faults = [...sharedFaults(callers), ...repeatedKeys(callers)];
  return faults.length === 0 ? { ok: true, callers } : { ok: false, faults };
};
