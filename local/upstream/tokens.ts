import { randomBytes } from 'node:crypto';
import type { User } from './accounts.ts';
import type { Project } from './projects.ts';

export const DAY_MS = 24 * 3_600_000;

export interface Token {
  readonly text: string;
  /** As the user was when it was issued: it dies with the password. */
  readonly user: User;
  /** Undefined for a token without a scope, which opens nothing here. */
  readonly project: Project | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Every token issued, until the simulator ends: one that has expired can still be told from one made up. */
export const keepTokens = (now: () => number, lifeMs: number) => {
  const issued = new Map<string, Token>();
  return {
    issue: (user: User, project: Project | undefined): Token => {
      const issuedAt = now();
      const expiresAt = issuedAt + lifeMs;
      const text = `MII${randomBytes(96).toString('base64url')}`;
      const token = { text, user, project, issuedAt, expiresAt };
      issued.set(text, token);
      return token;
    },
    find: (text: string): Token | undefined => issued.get(text),
  };
};

export type Tokens = ReturnType<typeof keepTokens>;
