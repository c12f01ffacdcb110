import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Effect, Language, OperationName } from '../../shared/operations/operation.ts';

/** What one operation's contract with the vendor is, as data. */
export interface Fixture {
  readonly path: string;
  readonly requests: readonly {
    readonly title: string;
    /** As the client sends it, to the letter. */
    readonly text: string;
    readonly draft: {
      readonly jobs: readonly unknown[];
      readonly options: Readonly<Record<string, boolean>>;
    };
    /** As it goes upstream, to the letter. */
    readonly encoded: string;
    readonly answers: readonly {
      readonly language: Language;
      readonly status: number;
      readonly body: unknown;
    }[];
  }[];
  readonly replies: readonly {
    readonly title: string;
    readonly asked: readonly string[];
    readonly status: number | readonly number[];
    /** JSON, or the raw text where it is a string. */
    readonly body: unknown;
    readonly verdicts: readonly string[];
    readonly suspect?: boolean;
  }[];
  readonly looks: readonly {
    readonly title: string;
    readonly asked: readonly string[];
    readonly status: number | readonly number[];
    readonly body: unknown;
    /** What each job that the answer tells of shows of a request that may have been served. */
    readonly tells: Readonly<Record<string, Effect>>;
  }[];
}

export const FIXTURES = join(import.meta.dirname, '../contract/fixtures');

/** The fixture of an operation, if there is one. */
export const fixtureOf = (name: OperationName): Fixture | undefined => {
  const file = join(FIXTURES, `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
};
