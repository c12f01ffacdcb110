import * as v from 'valibot';

/** Said in place of what was sent: a fault never shows a secret, nor a name that might be one put in the wrong place. */
const text = v.pipe(
  v.string('must be a string'),
  v.minLength(1, 'must not be empty'),
  v.maxLength(16_384, 'is too long'),
);

/** What an `Authorization` header can name without quoting. */
const accessKey = v.pipe(text, v.regex(/^[\w.+/=-]*$/, 'must be an access key'));

const objectOf = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.strictObject(entries, ({ expected }) => {
    if (expected === 'Object') return 'must be an object';
    const known = Object.keys(entries).join(', ');
    return expected === 'never' ? `is not known: known are ${known}` : 'is missing';
  });

const distinct = <Entry>(entries: readonly Entry[], nameOf: (entry: Entry) => string): boolean =>
  new Set(entries.map(nameOf)).size === entries.length;

/** The projects that it opens; every one if nothing is said. */
const projects = v.exactOptional(v.array(text, 'must be a list'));

const keySchema = objectOf({
  ak: accessKey,
  sk: text,
  /** Makes it a temporary key: every request must carry this, and sign it. */
  security_token: v.exactOptional(text),
  projects,
});

const userSchema = objectOf({ user: text, password: text, domain: text, projects });

const accountsSchema = objectOf({
  keys: v.optional(
    v.pipe(
      v.array(keySchema, 'must be a list'),
      v.check((keys) => distinct(keys, ({ ak }) => ak), 'lists an access key twice'),
    ),
    [],
  ),
  users: v.optional(
    v.pipe(
      v.array(userSchema, 'must be a list'),
      v.check((users) => distinct(users, nameOfUser), 'lists a user twice'),
    ),
    [],
  ),
});

export type Key = v.InferOutput<typeof keySchema>;
export type User = v.InferOutput<typeof userSchema>;

/** Who may call: pairs of keys that sign, and users who fetch tokens. */
export interface Accounts {
  readonly keys?: readonly Key[];
  readonly users?: readonly User[];
}

/** One text for one user of one domain. */
export const nameOfUser = ({ user, domain }: Pick<User, 'user' | 'domain'>): string =>
  JSON.stringify([domain, user]);

const placeOf = (issue: v.BaseIssue<unknown>): string =>
  (issue.path ?? [])
    // The name of a field that is not known may be a secret that was put in its place.
    .slice(0, issue.expected === 'never' ? -1 : undefined)
    .map(({ key }) => String(key))
    .join('.');

const problemOf = (issue: v.BaseIssue<unknown>): string => {
  const place = placeOf(issue);
  const at = place === '' ? 'the whole' : place;
  return issue.expected === 'never' ? `${at}: a field ${issue.message}` : `${at}: ${issue.message}`;
};

/** Reads accounts from plain data. Throws one error that names every fault, and shows nothing of what was sent. */
export const parseAccounts = (data: unknown): Required<Accounts> => {
  const result = v.safeParse(accountsSchema, data);
  if (result.success) return result.output;
  throw new Error(`bad accounts: ${result.issues.map(problemOf).join('; ')}`);
};
