import type { Random } from '../simulation/random.ts';
import type { Base } from './bases.ts';
import type { FuzzCaller } from './callers.ts';
import type { Wire } from './wire.ts';

/**
 * What a mutation does to the proof. `keeps`: the request is as good as before. `breaks`: it must not be taken any more.
 * `unclear`: it may be taken or not, but only as far as the caller's grants go.
 */
export type Effect = 'keeps' | 'breaks' | 'unclear';

export interface Changed {
  readonly wire: Wire;
  readonly effect: Effect;
  /** A caller whose proof the request has now, besides its own or in the place of it. */
  readonly also?: FuzzCaller;
}

/** Changes a request by chance. `base` is the request as it was before all mutations. */
export type Mutate = (wire: Wire, random: Random, base: Base) => Changed;

export type Mutations = Readonly<Record<string, Mutate>>;

/** A change of the body breaks a request whose body is signed, and changes what any other asks for. */
export const onBody = ({ covers }: Base): Effect => (covers === 'nothing' ? 'unclear' : 'breaks');

/** The same for a change of the method, the path or the query. */
export const onLine = ({ covers }: Base): Effect => (covers === 'all' ? 'breaks' : 'unclear');

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A text with one letter or digit in the place of another, which differs in more than case. */
export const flip = (text: string, random: Random): string => {
  const at = random.between(0, Math.max(0, text.length - 1));
  const old = text[at]?.toLowerCase();
  const other = random.pick([...ALPHABET].filter((one) => one.toLowerCase() !== old));
  return text.slice(0, at) + other + text.slice(at + 1);
};

/** Characters that servers, proxies and parsers disagree about. */
export const junk = (random: Random): string =>
  random.pick([
    '',
    ' ',
    ',',
    '"',
    '\\',
    '%',
    '%00',
    '\u0000',
    '\r\n x',
    'ü',
    '\ud800',
    '__proto__',
    'constructor',
    'null',
    '0',
    'a'.repeat(random.between(1, 9_000)),
  ]);
