import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import type { Environment } from '../shared/json/settings.ts';
import type { Paint } from './text/paint.ts';

/** All that a command touches outside: its terminal, its clock and its environment. */
export interface World {
  /** Writes a line to stdout: what was asked for. */
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
}

/** Colours go by the terminal, `NO_COLOR` and `FORCE_COLOR`, as Node reads them. */
const paint: Paint = (format, said) =>
  styleText(format, said, { validateStream: true, stream: process.stdout });

const confirmOn =
  (signal: AbortSignal) =>
  async (question: string): Promise<boolean> => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const answer = await terminal.question(`${question} [y/N] `, { signal });
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      terminal.close();
    }
  };

/** The world of this process. */
export const makeWorld = (signal: AbortSignal): World => {
  const { stdin, stdout, stderr, env } = process;
  return {
    out: (line) => stdout.write(`${line}\n`),
    say: (line) => stderr.write(`${line}\n`),
    overwrite: stderr.isTTY ? (line) => stderr.write(`\r\x1b[2K${line}`) : undefined,
    confirm: stdin.isTTY && stderr.isTTY ? confirmOn(signal) : undefined,
    readInput: stdin.isTTY ? undefined : () => text(stdin),
    paint,
    environment: env,
    now: Date.now,
    signal,
  };
};
