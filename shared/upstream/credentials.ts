import * as v from 'valibot';
import { closedObject } from '../json/closed-object.ts';
import { httpUrl } from '../json/http-url.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../json/json.ts';
import { isProjectId, PROJECT_ID_RULE } from '../operations/operation.ts';
import { type Service, services } from '../operations/services.ts';

/** A pair of keys that signs requests. A temporary pair has a security token. */
export interface KeyPair {
  readonly kind: 'key';
  readonly access: string;
  readonly secret: string;
  readonly securityToken?: string;
}

/** An IAM user, by whom tokens are fetched. */
export interface User {
  readonly kind: 'user';
  readonly user: string;
  readonly password: string;
  readonly domain: string;
}

export type Credential = KeyPair | User;

/** What has an endpoint: each service, and IAM. */
export type EndpointName = Service | 'iam';

/** How requests for a project are sent: to which endpoints, if not the default ones, and by which credential. */
export interface Account {
  readonly endpoints: Readonly<Partial<Record<EndpointName, string>>>;
  readonly credential: Credential;
}

/** Accounts by project id. The one of {@link ANY_PROJECT} serves every project without its own. */
export type Accounts = ReadonlyMap<string, Account>;

const ANY_PROJECT = '*';

export const accountOf = (accounts: Accounts, project: string): Account | undefined =>
  accounts.get(project) ?? accounts.get(ANY_PROJECT);

/** A header takes one word of ASCII. A pasted secret often ends with a line feed, which is a fault here. */
const word = v.pipe(
  v.string('must be a string'),
  v.regex(/^[!-~]{1,16384}$/, 'must be printable ASCII without spaces or line ends'),
);
const accessKey = v.pipe(
  v.string('must be a string'),
  v.regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be an access key: letters, digits, . _ -'),
);
const line = v.pipe(
  v.string('must be a string'),
  v.regex(/^[^\p{Cc}]{1,1024}$/u, 'must be 1 to 1024 characters, none of them a control character'),
);

const OBJECT_RULE = 'must be an object';

/** The secret is written by hand, so every field in it is meant. */
const NOTHING = (): boolean => false;

const ENDPOINTS: readonly EndpointName[] = [...services, 'iam'];

const endpointEntries = Object.fromEntries(ENDPOINTS.map((name) => [name, v.optional(httpUrl)]));

const accountEntries = {
  endpoints: v.optional(closedObject(endpointEntries, OBJECT_RULE, NOTHING)),
  ak: v.optional(accessKey),
  sk: v.optional(word),
  security_token: v.optional(word),
  user: v.optional(line),
  password: v.optional(line),
  domain: v.optional(line),
};

const accountSchema = closedObject(accountEntries, OBJECT_RULE, NOTHING);
type AccountEntry = v.InferOutput<typeof accountSchema>;

const KEY_FIELDS = ['ak', 'sk'];
const USER_FIELDS = ['user', 'password', 'domain'];

/** What is wrong with the set of fields, whatever their values are. */
const kindProblems = (entry: JsonObject): readonly string[] => {
  const holds = (field: string): boolean => Object.hasOwn(entry, field);
  const isKey = [...KEY_FIELDS, 'security_token'].some(holds);
  const isUser = USER_FIELDS.some(holds);
  if (isKey && isUser) return ['must hold a key pair or a user, not parts of both'];
  if (!isKey && !isUser) return ['must hold either ak and sk, or user, password and domain'];
  return (isKey ? KEY_FIELDS : USER_FIELDS)
    .filter((field) => !holds(field))
    .map((field) => `has no ${field}`);
};

/** An unknown field's name may be a secret in the wrong place, so the message does not say it. */
const unknownIn = (known: readonly string[]): string =>
  `has a field that is not known: known are ${known.join(', ')}`;

const issueProblem = ({ path, message }: v.BaseIssue<unknown>): string => {
  const names = (path ?? []).map(({ key }) => String(key));
  const field =
    names[0] === undefined || !Object.hasOwn(accountEntries, names[0]) ? [] : [names[0]];
  const inner =
    names[1] === undefined || !Object.hasOwn(endpointEntries, names[1]) ? [] : [names[1]];
  const known = [...field, ...inner];
  const place = known.map((name) => `.${name}`).join('');
  if (known.length === names.length) return `${place} ${message}`;
  return `${place} ${unknownIn(Object.keys(known.length === 0 ? accountEntries : endpointEntries))}`;
};

const credentialOf = (entry: AccountEntry): Credential | undefined => {
  const { ak, sk, security_token: securityToken, user, password, domain } = entry;
  if (ak !== undefined && sk !== undefined)
    return { kind: 'key', access: ak, secret: sk, ...(securityToken && { securityToken }) };
  if (user !== undefined && password !== undefined && domain !== undefined)
    return { kind: 'user', user, password, domain };
  return undefined;
};

const endpointsOf = ({ endpoints = {} }: AccountEntry): Account['endpoints'] =>
  Object.fromEntries(
    Object.entries(endpoints).flatMap(([name, url]) => (url === undefined ? [] : [[name, url]])),
  );

/** One project's account, or its problems, each with its path from the account. */
const readEntry = (value: Json, needsIam: boolean): Account | readonly string[] => {
  const read = v.safeParse(accountSchema, value);
  const problems = [
    ...(read.issues ?? []).map(issueProblem),
    ...(isObject(value) ? kindProblems(value).map((problem) => ` ${problem}`) : []),
  ];
  if (!read.success || problems.length > 0) return [...new Set(problems)];
  const credential = credentialOf(read.output);
  const endpoints = endpointsOf(read.output);
  if (credential === undefined) return [' has no credential'];
  return credential.kind === 'user' && needsIam && endpoints.iam === undefined
    ? ['.endpoints.iam is not set, nor is there a default: a user needs it']
    : { endpoints, credential };
};

/**
 * Names a project by its id if that looks like the vendor's, or is too short for a key. Else by its place, counted from 1:
 * the id may be a secret.
 */
const placeOf = (project: string, index: number): string =>
  project.length < 12 || /^[0-9a-f]{32}$/.test(project) ? `.${project}` : `[${index + 1}]`;

export type ReadAccounts =
  | { readonly ok: true; readonly accounts: Accounts }
  | { readonly ok: false; readonly problems: readonly string[] };

const refused = (...problems: readonly string[]): ReadAccounts => ({ ok: false, problems });

export interface ReadCredentialsOptions {
  /** Users must name their IAM endpoint, because there is no default. */
  readonly needsIam?: boolean;
}

/**
 * Reads the secret, in the form of docs/credentials.schema.json. Laws: every fault is named at once, by its path. No fault
 * shows a value of the secret, or any name but ours and project ids.
 */
export const readCredentials = (
  text: string,
  { needsIam = false }: ReadCredentialsOptions = {},
): ReadAccounts => {
  const parsed = parseJson(text);
  if (!parsed.ok) return refused(parsed.detail);
  if (!isObject(parsed.value)) return refused(`the secret ${OBJECT_RULE}`);
  const { projects, ...others } = parsed.value;
  const unknown = Object.keys(others).length > 0 ? [`the secret ${unknownIn(['projects'])}`] : [];
  if (!isObject(projects)) return refused(...unknown, `projects ${OBJECT_RULE}`);
  const accounts = new Map<string, Account>();
  const problems = Object.entries(projects).flatMap(([project, value], i) => {
    if (project !== ANY_PROJECT && !isProjectId(project))
      return [`projects has a key that ${PROJECT_ID_RULE}, or *`];
    const read = readEntry(value, needsIam);
    if ('credential' in read) accounts.set(project, read);
    return 'credential' in read
      ? []
      : read.map((problem) => `projects${placeOf(project, i)}${problem}`);
  });
  const none = Object.keys(projects).length === 0 ? ['projects has no entry'] : [];
  const all = [...new Set([...unknown, ...problems, ...none])];
  return all.length === 0 ? { ok: true, accounts } : refused(...all);
};
