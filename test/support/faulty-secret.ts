import fc from 'fast-check';

/** How the secret with the credentials may be out of reach, or badly written. */
export const SECRET_TROUBLES = [
  'the client throws',
  'an error with an odd name',
  'an error with an odd code',
  'not there',
  'denied',
  'no text',
  'cut short',
  'an unknown field',
  'a field at the top',
  'a swapped field',
  'a number',
  'a list',
  'an endpoint with a password',
  'a line end',
  'half a pair',
  'both kinds',
  'a text for an account',
  'text around it',
] as const;

export type SecretTrouble = (typeof SECRET_TROUBLES)[number];

export const secretTrouble = (): fc.Arbitrary<SecretTrouble> => fc.constantFrom(...SECRET_TROUBLES);

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

/** What a source says in this trouble, of a secret that would be good. */
export const troubled = (trouble: SecretTrouble, projects: Projects): string | Error => {
  const good = JSON.stringify({ projects });
  const spoil = (change: (entry: Entry) => unknown) => entriesOf(projects, change);
  const aSecretOf = ({ sk, password }: Entry): string => sk ?? password ?? '';
  const some = aSecretOf(Object.values(projects)[0] ?? {});
  switch (trouble) {
    case 'the client throws':
      return named('SyntaxError', `Unexpected token in JSON: ${good}`, { $responseBodyText: good });
    case 'an error with an odd name':
      return named(some, good);
    case 'an error with an odd code':
      return named('Error', good, { code: some });
    case 'not there':
      return named('ResourceNotFoundException', good);
    case 'denied':
      return named('AccessDeniedException', good);
    case 'no text':
      return '';
    case 'cut short':
      return good.slice(0, good.length - 9);
    case 'an unknown field':
      return spoil((entry) => ({ ...entry, [aSecretOf(entry)]: aSecretOf(entry) }));
    case 'a field at the top':
      return JSON.stringify({ projects, [some]: some });
    case 'a swapped field':
      return spoil((entry) => ({ ...entry, ak: aSecretOf(entry), sk: entry.ak ?? '' }));
    case 'a number':
      return spoil((entry) => ({ ...entry, sk: 7, password: [aSecretOf(entry)] }));
    case 'a list':
      return JSON.stringify({ projects: Object.values(projects) });
    case 'an endpoint with a password':
      return spoil((entry) => ({
        ...entry,
        endpoints: {
          dli: `https://u:${aSecretOf(entry)}@host`,
          [aSecretOf(entry)]: 'https://host',
        },
      }));
    case 'a line end':
      return spoil((entry) =>
        Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, `${value}\n`])),
      );
    case 'half a pair':
      return spoil((entry) => ({ sk: aSecretOf(entry) }));
    case 'both kinds':
      return spoil((entry) => ({
        user: 'u',
        password: aSecretOf(entry),
        domain: 'd',
        ...entry,
        ak: 'a',
      }));
    case 'a text for an account':
      return spoil((entry) => aSecretOf(entry));
    case 'text around it':
      return `${some} ${good}`;
  }
};
