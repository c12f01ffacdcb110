import { vi } from 'vitest';
import { makeLog } from '../../shared/edge/log.ts';
import type { Log } from '../../shared/json/log.ts';
import { awsKeysOf, pairOf, temporaryOf, tokenOf, userOf } from './distinctive-secrets.ts';
import type { SecretTrouble } from './faulty-secret.ts';
import type { AwsFault } from './leaky-aws.ts';
import type { UpstreamFault } from './leaky-upstream.ts';
import { PROJECTS } from './secrets-batch.ts';

/** What goes wrong in one invocation. */
export interface Round {
  readonly secret: SecretTrouble | 'none';
  readonly upstream: readonly UpstreamFault[];
  readonly aws: readonly AwsFault[];
}

type Entry = Readonly<Record<string, string>>;

const entryOf = (name: string, seed: number): Entry => {
  const isHard = name.endsWith('1');
  const unique = `${name} ${seed}`;
  if (name.startsWith('u')) return userOf(unique, isHard);
  return name.startsWith('t') ? temporaryOf(unique, isHard) : pairOf(unique, isHard);
};

/** The log as the functions have it. What it would write to stdout and stderr is kept instead. */
const makeKeptLog = (keep: (line: string) => void): Log => {
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      keep(String(chunk));
      return true;
    });
  return makeLog({ level: 'debug', sampleRate: 0 }, { service: 'control-jobs', version: '0' }).log;
};

/** What is left of the faults of an invocation. */
export interface Ahead {
  secret: Round['secret'];
  upstream: UpstreamFault[];
  aws: readonly AwsFault[];
}

const secretsIn = (
  projects: Readonly<Record<string, Entry>>,
  aws: Readonly<Record<string, string>>,
): Set<string> => {
  const ofProjects = Object.values(projects).flatMap(({ ak, sk, security_token, password }) => [
    ak,
    sk,
    security_token,
    password,
  ]);
  return new Set([...ofProjects, ...Object.values(aws)].filter((secret) => secret !== undefined));
};

/** The clock of a room, its secrets, the faults ahead of it, and all that came out of it. */
export const keepSecrets = (seed: number) => {
  const clock = { now: Date.parse('2026-01-31T12:00:00Z') };
  const out: string[] = [];
  const projects = Object.fromEntries(PROJECTS.map((name) => [name, entryOf(name, seed)]));
  const aws = awsKeysOf(String(seed));
  const secrets = secretsIn(projects, aws);
  const ahead: Ahead = { secret: 'none', upstream: [], aws: [] };
  let tokens = 0;
  return {
    clock,
    now: () => clock.now,
    log: makeKeptLog((line) => out.push(line)),
    out,
    /** Every fault that was met, and of what kind. */
    injected: [] as string[],
    secrets,
    projects,
    aws,
    ahead,
    lastAuthorization: '',
    /** A new token of IAM, which is a secret from then on. */
    newToken: (): string => {
      const token = tokenOf(`${seed} ${++tokens}`);
      secrets.add(token);
      return token;
    },
  };
};

export type Kept = ReturnType<typeof keepSecrets>;
