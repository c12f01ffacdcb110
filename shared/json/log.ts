/** Writes one log line: the name of an event, and its fields. Never log a body, a key or a token. */
export type LogLine = (event: string, fields: Readonly<Record<string, unknown>>) => unknown;

export interface Log {
  readonly info: LogLine;
  readonly warn: LogLine;
}
