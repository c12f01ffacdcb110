import { SIMULATED } from '../../local/upstream/operations/index.ts';
import type { Unread } from '../../shared/reply/reply.ts';
import { type Call, jobKey, type Trouble } from './chronicle.ts';
import type { Climate, FaultName } from './climate.ts';
import type { Random } from './random.ts';
import { replied } from './reply-model.ts';

/** What a poisonous job does to every call that holds it: the call is refused, or the server fails. */
export const POISONS = [
  'a right at 400',
  'a right at 403',
  'a page at 403',
  'a gateway at 403',
  'a page at 413',
  'error 500',
  'error 500 after effect',
] as const;
export type Poison = (typeof POISONS)[number];

const words = (code: string) => ({ error_code: code, error_msg: 'words' });

const PAGE = '<html><body>Not here</body></html>';

const DENIALS: ReadonlyMap<Poison, (isDli: boolean) => Unread> = new Map<
  Poison,
  (isDli: boolean) => Unread
>([
  ['a right at 400', (isDli) => replied(400, words(isDli ? 'DLI.0015' : 'DRS.M00102'))],
  ['a right at 403', (isDli) => replied(403, words(isDli ? 'DLI.0016' : 'DRS.M00261'))],
  ['a page at 403', () => replied(403, PAGE)],
  ['a gateway at 403', () => replied(403, words('APIGW.0302'))],
  ['a page at 413', () => replied(413, PAGE)],
]);

const keyOf = ({ operation, project }: Call, id: string): string => jobKey(operation, project, id);

/** Decides which jobs are poisonous. None is once no fault strikes any more. */
export const makePoison = (
  { poison, poisonous }: Pick<Climate, 'poison' | 'poisonous'>,
  random: Random,
  isCalm: () => boolean,
) => {
  const drawn = new Map<string, boolean>();
  const isPoison = (key: string): boolean => {
    const known = drawn.get(key) ?? random.chance(poisonous);
    drawn.set(key, known);
    return known;
  };
  const isSpoilt = (call: Call): boolean =>
    poison !== undefined && !isCalm() && call.jobs.some(({ id }) => isPoison(keyOf(call, id)));

  return {
    /** The refusal of a call for one of its jobs, if any. */
    denialOf: (call: Call): Unread | undefined =>
      poison !== undefined && isSpoilt(call)
        ? DENIALS.get(poison)?.(SIMULATED[call.operation].service === 'dli')
        : undefined,
    /** Why each job of a denied call is not served. */
    troublesOf: (call: Call): readonly (Trouble | undefined)[] =>
      call.jobs.map(({ id }, i) => (isPoison(keyOf(call, id)) ? 'denied' : call.troubles[i])),
    faultOf: (call: Call): FaultName | undefined =>
      (poison === 'error 500' || poison === 'error 500 after effect') && isSpoilt(call)
        ? poison
        : undefined,
  };
};

export type PoisonModel = ReturnType<typeof makePoison>;
