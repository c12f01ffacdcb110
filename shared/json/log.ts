/** What happened, and its particulars. Never a body, a key or a token. */
export type LogLine = (event: string, fields: Readonly<Record<string, unknown>>) => unknown;

export interface Log {
  readonly info: LogLine;
  readonly warn: LogLine;
}
