import * as v from 'valibot';
import { closedObject } from '../json/closed-object.ts';
import { isObject } from '../json/json.ts';
import { wireForm } from '../json/wire-form.ts';

const OBJECT_RULE = 'must be an object';

const matching = (pattern: RegExp, rule: string) =>
  v.pipe(v.string('must be a string'), v.regex(pattern, rule));

/** A header takes one word of ASCII. A pasted secret often ends with a line feed, which is a fault here. */
const word = matching(
  /^[!-~]{1,16384}$/,
  'must be printable ASCII without spaces or line ends, at most 16384 characters',
);

const digest = matching(
  /^[0-9a-f]{64}$/,
  'must be a SHA-256 digest: 64 hexadecimal digits in lower case',
);

/** RFC 7617: a user name has no colon. */
const user = matching(
  /^[ -9;-~]{1,256}$/,
  'must be 1 to 256 characters of printable ASCII, none of them a colon',
);

const accessKey = matching(
  /^[A-Za-z0-9._-]{1,128}$/,
  'must be an access key: letters, digits, . _ -',
);

const iamId = matching(/^[A-Za-z0-9_-]{1,64}$/, 'must be an id of IAM: letters, digits, _ -');

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const webhookSecret = matching(
  /^(whsec_[A-Za-z0-9+/]{16,512}={0,2}|whpk_[A-Za-z0-9+/]{43}=)$/,
  'must be a secret of Standard Webhooks: whsec_ and base64, or whpk_ and 32 bytes in base64',
);

/** GitHub takes secrets with spaces. */
const line = matching(/^[ -~]{1,1024}$/, 'must be 1 to 1024 characters of printable ASCII');

/** A person writes the secret, so every field in it has a meaning. */
export const IGNORES_NOTHING = (): boolean => false;

const fields = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  closedObject(entries, OBJECT_RULE, IGNORES_NOTHING);

/** A user of the vendor's IAM, or every user of a domain. With both ids, both must fit. */
const iam = fields({
  kind: v.literal('iam'),
  user_id: v.exactOptional(iamId),
  domain_id: v.exactOptional(iamId),
});

/** The fields of each kind of proof. A new kind is a new entry here, and a scheme in a file of its own. */
const SCHEMAS = {
  /** The digest of a bearer token. */
  bearer: fields({ kind: v.literal('bearer'), sha256: digest }),
  basic: fields({ kind: v.literal('basic'), user, password_sha256: digest }),
  /** A key pair that signs requests as the vendor's SDKs do. */
  'vendor-key': fields({
    kind: v.literal('vendor-key'),
    access_key: accessKey,
    secret_key: word,
    security_token: v.exactOptional(word),
  }),
  iam: v.pipe(
    iam,
    v.check(
      ({ user_id, domain_id }) => user_id !== undefined || domain_id !== undefined,
      'must have user_id or domain_id',
    ),
    wireForm((of) => ({
      ...of(iam),
      anyOf: [{ required: ['user_id'] }, { required: ['domain_id'] }],
    })),
  ),
  'standard-webhooks': fields({ kind: v.literal('standard-webhooks'), secret: webhookSecret }),
  github: fields({ kind: v.literal('github'), secret: line }),
};

export type ProofKind = keyof typeof SCHEMAS;

/** One way in which a caller proves itself. */
export type Proof<Kind extends ProofKind = ProofKind> = Extract<
  v.InferOutput<(typeof SCHEMAS)[ProofKind]>,
  { readonly kind: Kind }
>;

const KINDS: readonly string[] = Object.keys(SCHEMAS);

const ofNoKind = v.object(
  { kind: v.picklist([], `must be one of ${KINDS.join(', ')}`) },
  OBJECT_RULE,
);

const isKind = (kind: unknown): kind is ProofKind =>
  typeof kind === 'string' && Object.hasOwn(SCHEMAS, kind);

/** Reads a proof by its kind. Reports every fault of it at once. */
export const proofSchema: v.GenericSchema<unknown, Proof> = v.pipe(
  v.unknown(),
  v.lazy((value): v.GenericSchema<unknown, Proof> => {
    const kind = isObject(value) ? value.kind : undefined;
    return isKind(kind) ? SCHEMAS[kind] : ofNoKind;
  }),
  wireForm((of) => ({ oneOf: Object.values(SCHEMAS).map((schema) => of(schema)) })),
);
