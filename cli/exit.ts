/** The exit codes. Scripts branch on them, so a code never gets another meaning. */
export const EXIT = {
  /** All went as asked. */
  done: 0,
  /** The answer is bad news: a job was not delivered, or a check failed. */
  trouble: 1,
  /** The arguments or the input are wrong. Nothing was sent. */
  usage: 2,
  /** The service refused the request. */
  refused: 3,
  /** No answer in time. A request may have been accepted all the same. */
  unanswered: 4,
  /** Not confirmed. Nothing was sent. */
  unconfirmed: 5,
  /** AWS or the ledger cannot be used: credentials, permissions, or no connection. */
  aws: 6,
  /** A bug of this program. */
  bug: 70,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** What a person is told of an error: what was wrong, where, and what to do. */
export interface Told {
  readonly exit: Exit;
  readonly what: string;
  readonly where?: string | undefined;
  readonly remedy?: string | undefined;
}

/** An end that a person can do something about. It is thrown up to `main`, which tells it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly told: Told;

  constructor(exit: Exit, what: string, more: Omit<Told, 'exit' | 'what'> = {}) {
    super(what);
    this.told = { exit, what, ...more };
  }
}

/** Wrong arguments or input. Each says what to type instead. */
export const usageError = (what: string, remedy: string, where?: string): CommandError =>
  new CommandError(EXIT.usage, what, { where, remedy });
