import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from '../../shared/json/settings.ts';
import { type Point, readMetrics } from './emf.ts';

const program = `
const [file, event, ahead] = process.argv.slice(1);
const clock = Date.now;
Date.now = () => clock() + Number(ahead);
const { handler } = await import(file);
const context = { getRemainingTimeInMillis: () => 100_000 };
const end = (text) => process.stdout.write('\\n' + text, () => process.exit());
try {
  await handler(JSON.parse(event), context);
  end('returned');
} catch (error) {
  end('threw ' + error);
}
`;

/** One invocation of a bundled function in a process of its own: its metrics, its warnings, and whether it failed. */
export const runBundle = async (
  file: string,
  event: unknown,
  environment: Environment,
  /** Milliseconds by which its clock is ahead. */
  ahead = 0,
): Promise<{
  readonly points: readonly Point[];
  readonly warnings: string;
  readonly error?: string;
}> => {
  const { stdout, stderr: warnings } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program, file, JSON.stringify(event), String(ahead)],
    { env: environment, maxBuffer: 2 ** 24 },
  );
  const said = stdout.slice(stdout.lastIndexOf('\n') + 1);
  const points = readMetrics(stdout);
  return said.startsWith('threw ')
    ? { points, warnings, error: said.slice('threw '.length) }
    : { points, warnings };
};
