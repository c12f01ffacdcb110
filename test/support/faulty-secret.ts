import fc from 'fast-check';

type Entry = Readonly<Record<string, string>>;
type Projects = Readonly<Record<string, Entry>>;

const named = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message, { cause: new Error(message) }), { name, ...more });

/** Each entry made faulty alike. */
const entriesOf = (projects: Projects, spoil: (entry: Entry) => unknown): string =>
  JSON.stringify({
    projects: Object.fromEntries(
      Object.entries(projects).map(([project, entry]) => [project, spoil(entry)]),
    ),
  });

/** A secret that would be good. */
interface GoodSecret {
  readonly projects: Projects;
  /** As it is written. */
  readonly good: string;
  /** One of the secrets in it. */
  readonly some: string;
}

const aSecretOf = ({ sk, password }: Entry): string => sk ?? password ?? '';

const spoiling =
  (spoil: (entry: Entry) => unknown) =>
  ({ projects }: GoodSecret): string =>
    entriesOf(projects, spoil);

/** How the secret with the credentials may be out of reach, or badly written. */
const TROUBLES = {
  'the client throws': ({ good }) =>
    named('SyntaxError', `Unexpected token in JSON: ${good}`, { $responseBodyText: good }),
  'an error with an odd name': ({ good, some }) => named(some, good),
  'an error with an odd code': ({ good, some }) => named('Error', good, { code: some }),
  'not there': ({ good }) => named('ResourceNotFoundException', good),
  denied: ({ good }) => named('AccessDeniedException', good),
  'no text': () => '',
  'cut short': ({ good }) => good.slice(0, good.length - 9),
  'an unknown field': spoiling((entry) => ({ ...entry, [aSecretOf(entry)]: aSecretOf(entry) })),
  'a field at the top': ({ projects, some }) => JSON.stringify({ projects, [some]: some }),
  'a swapped field': spoiling((entry) => ({ ...entry, ak: aSecretOf(entry), sk: entry.ak ?? '' })),
  'a number': spoiling((entry) => ({ ...entry, sk: 7, password: [aSecretOf(entry)] })),
  'a list': ({ projects }) => JSON.stringify({ projects: Object.values(projects) }),
  'an endpoint with a password': spoiling((entry) => ({
    ...entry,
    endpoints: { dli: `https://u:${aSecretOf(entry)}@host`, [aSecretOf(entry)]: 'https://host' },
  })),
  'a line end': spoiling((entry) =>
    Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, `${value}\n`])),
  ),
  'half a pair': spoiling((entry) => ({ sk: aSecretOf(entry) })),
  'both kinds': spoiling((entry) => ({
    user: 'u',
    password: aSecretOf(entry),
    domain: 'd',
    ...entry,
    ak: 'a',
  })),
  'a text for an account': spoiling(aSecretOf),
  'text around it': ({ good, some }) => `${some} ${good}`,
} satisfies Record<string, (secret: GoodSecret) => string | Error>;

export type SecretTrouble = keyof typeof TROUBLES;

const isTrouble = (name: string): name is SecretTrouble => Object.hasOwn(TROUBLES, name);

export const SECRET_TROUBLES: readonly SecretTrouble[] = Object.keys(TROUBLES).filter(isTrouble);

export const secretTrouble = (): fc.Arbitrary<SecretTrouble> => fc.constantFrom(...SECRET_TROUBLES);

/** What a source says in this trouble, of a secret that would be good. */
export const troubled = (trouble: SecretTrouble, projects: Projects): string | Error =>
  TROUBLES[trouble]({
    projects,
    good: JSON.stringify({ projects }),
    some: aSecretOf(Object.values(projects)[0] ?? {}),
  });
