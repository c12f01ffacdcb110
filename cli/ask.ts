import { createInterface } from 'node:readline/promises';

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks a question on a terminal: true for yes. Laws: Ctrl-C interrupts the command. The terminal is in raw mode meanwhile, so
 * the process gets no signal. The end of the input (Ctrl-D) is a no.
 */
export const askOn =
  ({ input, output }: Terminal, interrupted: AbortController) =>
  async (question: string): Promise<boolean> => {
    const { signal } = interrupted;
    const terminal = createInterface({ input, output, terminal: true });
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    terminal.once('SIGINT', () => interrupted.abort());
    try {
      const answer = await Promise.race([
        terminal.question(`${question} [y/N] `, { signal }),
        ended,
      ]);
      return /^y(es)?$/i.test(answer.trim());
    } catch (error) {
      output.write('\n');
      throw error;
    } finally {
      terminal.close();
    }
  };
