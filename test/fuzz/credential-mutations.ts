import type { Random } from '../simulation/random.ts';
import type { Base } from './bases.ts';
import { CALLERS } from './callers.ts';
import { type Changed, type Effect, flip, junk, type Mutations } from './mutation.ts';
import { headerOf, isNamed, type Wire, withHeader, withoutHeader } from './wire.ts';

const decoded = (value: string): Buffer =>
  Buffer.from(value.replace(/^(basic +|v1a?,)/i, ''), 'base64');

/** Base64 has spare bits: two texts may say the same. */
const saysTheSame = ({ scheme }: Base, a: string, b: string): boolean =>
  a.trim() === b.trim() || (/basic|hook v1/.test(scheme) && decoded(a).equals(decoded(b)));

/** The request with another value of its credential. */
const alter = (wire: Wire, base: Base, change: (value: string) => string): Changed => {
  const { credential } = base;
  const value = headerOf(wire, credential) ?? '';
  const changed = change(value);
  return {
    wire: withHeader(wire, credential, changed),
    effect: saysTheSame(base, value, changed) ? 'unclear' : 'breaks',
  };
};

const vendorOnly = (base: Base, changed: () => Changed, wire: Wire): Changed =>
  base.scheme.startsWith('vendor') ? changed() : { wire, effect: 'keeps' };

/** Parts of the vendor's header, in another order. */
const reordered = (value: string): string => {
  const [head = '', ...parts] = value.split(/ (?=\w+=)/);
  return [head, ...parts.toReversed().map((part) => part.replace(/,$/, ''))]
    .join(', ')
    .replace(',', '');
};

/** The effect of a change of a header. */
const ofHeader = ({ signs }: Base, name: string): Effect =>
  signs.includes(name.toLowerCase()) ? 'breaks' : 'unclear';

/** The valid token of any caller. */
const borrowed = (random: Random) => {
  const caller = random.pick(CALLERS);
  return { caller, token: random.pick(caller.tokens) };
};

const anyHash = (random: Random): string =>
  Array.from({ length: 64 }, () => random.between(0, 15).toString(16)).join('');

export const CREDENTIAL_MUTATIONS: Mutations = {
  'no credential': (wire, _, { credential }) => ({
    wire: withoutHeader(wire, credential),
    effect: 'breaks',
  }),
  'credential cut': (wire, random, base) =>
    alter(wire, base, (value) => value.slice(0, -random.between(1, value.length))),
  'credential cut in front': (wire, random, base) =>
    alter(wire, base, (value) => value.slice(random.between(1, value.length))),
  'credential flipped': (wire, random, base) => alter(wire, base, (value) => flip(value, random)),
  'credential longer': (wire, random, base) => {
    const longer = alter(
      wire,
      base,
      (value) => value + random.pick(['0', 'a', ',x', ';', '=', ' b']),
    );
    // Standard Webhooks takes a list of signatures, of which one must fit.
    return base.scheme.startsWith('hook v1') ? { ...longer, effect: 'unclear' } : longer;
  },
  'credential is junk': (wire, random, base) => alter(wire, base, () => junk(random)),
  'credential after junk': (wire, random, { credential }) => ({
    wire: withHeader(wire, credential, `${junk(random)}${headerOf(wire, credential)}`),
    effect: 'unclear',
  }),
  'credential folded': (wire, random, base) => {
    const value = headerOf(wire, base.credential) ?? '';
    const at = random.between(0, value.length);
    const folded = `${value.slice(0, at)}\r\n\t${value.slice(at)}`;
    return { wire: withHeader(wire, base.credential, folded), effect: 'unclear' };
  },
  'credential twice': (wire, random, { credential }) => {
    const value = headerOf(wire, credential) ?? '';
    const other = random.chance(0.5) ? value : flip(value, random);
    const name = random.chance(0.5) ? credential : credential.toUpperCase();
    const twice = random.shuffle([...wire.headers, [name, other] as const]);
    return { wire: { ...wire, headers: twice }, effect: 'unclear' };
  },
  'vendor parts reordered': (wire, _, base) =>
    vendorOnly(base, () => alter(wire, base, reordered), wire),
  'signature of another request': (wire, random, base) =>
    vendorOnly(
      base,
      () => alter(wire, base, (value) => value.replace(/[0-9a-f]{64}$/, anyHash(random))),
      wire,
    ),
  'signature of another key': (wire, random, base) =>
    vendorOnly(
      base,
      () => {
        const { ak } = random.pick(
          CALLERS.filter(({ id }) => id !== base.caller.id).flatMap(({ keys }) => keys),
        );
        return alter(wire, base, (value) => value.replace(/=AK-[a-z]+-\d/, `=${ak}`));
      },
      wire,
    ),
  'fewer signed headers': (wire, _, base) =>
    vendorOnly(
      base,
      () =>
        alter(wire, base, (value) => value.replace(/SignedHeaders=[a-z-]+;?/, 'SignedHeaders=')),
      wire,
    ),
  'date moved': (wire, random, base) => ({
    wire: withHeader(
      wire,
      'X-Sdk-Date',
      flip(headerOf(wire, 'X-Sdk-Date') ?? '20260131T120000Z', random),
    ),
    effect: base.scheme.startsWith('vendor') ? 'breaks' : 'keeps',
  }),
  'no date': (wire, _, base) => ({
    wire: withoutHeader(wire, 'X-Sdk-Date'),
    effect: base.scheme.startsWith('vendor') ? 'breaks' : 'keeps',
  }),
  'security token flipped': (wire, random, base) => {
    const token = headerOf(wire, 'X-Security-Token');
    if (token === undefined) return { wire, effect: 'keeps' };
    const changed = random.chance(0.5)
      ? withHeader(wire, 'X-Security-Token', flip(token, random))
      : withoutHeader(wire, 'X-Security-Token');
    return { wire: changed, effect: base.scheme.startsWith('vendor') ? 'breaks' : 'keeps' };
  },
  'body said to be unsigned': (wire, _, base) => ({
    wire: withHeader(wire, 'X-Sdk-Content-Sha256', 'UNSIGNED-PAYLOAD'),
    effect: base.scheme.startsWith('vendor') ? 'breaks' : 'keeps',
  }),
  'a header changed': (wire, random, base) => {
    const [name, value] = random.pick(
      wire.headers.filter((header) => !isNamed(base.credential)(header)),
    );
    const changed = random.chance(0.2) ? junk(random) : flip(value, random);
    const effect = ofHeader(base, name);
    return changed.trim() === value.trim()
      ? { wire, effect: 'keeps' }
      : { wire: withHeader(wire, name, changed), effect };
  },
  "another caller's token too": (wire, random) => {
    const { caller, token } = borrowed(random);
    return { wire: withHeader(wire, 'X-Auth-Token', token), effect: 'unclear', also: caller };
  },
  "another caller's token instead": (wire, random, base) => {
    const { caller, token } = borrowed(random);
    const bare = withoutHeader(wire, base.credential);
    return {
      wire: withHeader(bare, 'Authorization', `Bearer ${token}`),
      effect: 'unclear',
      also: caller,
    };
  },
  'a wrong signature of a webhook too': (wire, random) => ({
    wire: withHeader(
      wire,
      random.pick(['webhook-signature', 'svix-signature', 'X-Hub-Signature-256']),
      junk(random),
    ),
    effect: 'unclear',
  }),
  'a wrong token too': (wire, random) => ({
    wire: withHeader(wire, 'X-Auth-Token', junk(random)),
    effect: 'unclear',
  }),
};
