import { ANY, type Caller, type Grant } from './caller.ts';
import type { Callers } from './callers-document.ts';
import type { TokenHolder } from './iam-reply.ts';
import type { ReadToken } from './iam-tokens.ts';
import { ABSENT, failed, type Scheme } from './scheme.ts';

/** A caller by its user, or by its domain. With both ids, both must fit. */
export interface IamIdentity {
  readonly caller: Caller;
  readonly user_id?: string | undefined;
  readonly domain_id?: string | undefined;
}

/** Finds the caller of a token. A user's own entry goes before its domain's. */
export const findIamCaller = (
  identities: readonly IamIdentity[],
  { userId, domainId }: Pick<TokenHolder, 'userId' | 'domainId'>,
): Caller | undefined => {
  const fits = ({ user_id = userId, domain_id = domainId }: IamIdentity): boolean =>
    user_id === userId && domain_id === domainId;
  const fitting = identities.filter(fits);
  const named = fitting.find(({ user_id }) => user_id !== undefined);
  return (named ?? fitting.find(({ domain_id }) => domain_id !== undefined))?.caller;
};

/**
 * The caller's grants, as far as the token goes: the vendor's services take a token for its own project alone. A token
 * without a project opens none.
 */
export const withinProject = ({ id, grants }: Caller, project: string | undefined): Caller => {
  const opens = ({ projects }: Grant): boolean =>
    project !== undefined &&
    project !== ANY &&
    (projects.includes(ANY) || projects.includes(project));
  return {
    id,
    grants: grants.filter(opens).map((grant) => ({ ...grant, projects: [project ?? ''] })),
  };
};

/**
 * The vendor's tokens have hundreds of characters, our bearer tokens fewer. So a bearer token that is no longer valid never
 * goes to IAM.
 */
const IAM_TOKEN = /^[!-+\--~]{100,32768}$/;

/** `X-Auth-Token` with a token of the vendor's IAM. IAM itself says whose it is. */
export const iamScheme =
  (identities: readonly IamIdentity[], read: ReadToken): Scheme =>
  async ({ headers, source }, now) => {
    const token = headers['x-auth-token'] ?? '';
    if (identities.length === 0 || !IAM_TOKEN.test(token)) return ABSENT;
    const callerOf = (holder: TokenHolder) => findIamCaller(identities, holder);
    const isKnown = (holder: TokenHolder) => callerOf(holder) !== undefined;
    const reading = await read({ token, source }, now.getTime(), isKnown);
    if (reading.kind === 'throttled') {
      const { kind, reason, retryAfterSeconds } = reading;
      return { kind, check: `iam: ${reason}`, retryAfterSeconds };
    }
    if (reading.kind === 'refused') return failed(`iam: ${reading.why}`);
    if (reading.kind === 'unfit') return { kind: 'unfit', check: `iam: ${reading.reason}` };
    if (reading.kind !== 'valid' && reading.kind !== 'stranger')
      return { kind: 'unavailable', check: `iam: ${reading.reason}` };
    const caller = reading.kind === 'valid' ? callerOf(reading.holder) : undefined;
    if (reading.kind === 'stranger' || caller === undefined)
      return { kind: 'stranger', check: 'iam: no caller has its user or domain' };
    return { kind: 'proved', caller: withinProject(caller, reading.holder.projectId) };
  };

/** The scheme of the callers with an IAM user or domain. Without an IAM to ask there is none. */
export const makeIam = (
  callers: Callers,
  { readToken }: { readonly readToken?: ReadToken | undefined },
): Scheme => {
  if (readToken === undefined) return () => ABSENT;
  const identities = callers.flatMap(({ id, grants, proofs }) =>
    proofs.flatMap((proof) => (proof.kind === 'iam' ? [{ ...proof, caller: { id, grants } }] : [])),
  );
  return iamScheme(identities, readToken);
};
