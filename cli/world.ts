import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import type { Environment } from '../shared/json/settings.ts';
import { askOn } from './ask.ts';
import type { Paint } from './text/paint.ts';

/** All that a command touches outside: its terminal, its clock and its environment. */
export interface World {
  /** Writes a line to stdout: what was asked for. Once stdout takes no more, lines are dropped. */
  readonly out: (line: string) => void;
  /** Writes a line to stderr: what is said beside it. */
  readonly say: (line: string) => void;
  /** Writes over the last line of the terminal. Undefined if stderr is no terminal. */
  readonly overwrite: ((line: string) => void) | undefined;
  /** Asks a question on the terminal: true for yes. Undefined if there is no terminal to ask on. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
  /** All of stdin. Undefined if it is a terminal. */
  readonly readInput: (() => Promise<string>) | undefined;
  readonly paint: Paint;
  readonly environment: Environment;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  /** Aborts when stdout takes no more: its reader, such as `head`, has seen enough. */
  readonly unread: AbortSignal;
}

/** Colours go by the terminal, `NO_COLOR` and `FORCE_COLOR`, as Node reads them. */
const paint: Paint = (format, said) =>
  styleText(format, said, { validateStream: true, stream: process.stdout });

/** The world of this process. */
export const makeWorld = (interrupted: AbortController, unread: AbortSignal): World => {
  const { stdin, stdout, stderr, env } = process;
  return {
    out: (line) => {
      if (!unread.aborted) stdout.write(`${line}\n`);
    },
    say: (line) => stderr.write(`${line}\n`),
    overwrite: stderr.isTTY ? (line) => stderr.write(`\r\x1b[2K${line}`) : undefined,
    confirm:
      stdin.isTTY && stderr.isTTY
        ? askOn({ input: stdin, output: stderr }, interrupted)
        : undefined,
    readInput: stdin.isTTY ? undefined : () => text(stdin),
    paint,
    environment: env,
    now: Date.now,
    signal: interrupted.signal,
    unread,
  };
};
