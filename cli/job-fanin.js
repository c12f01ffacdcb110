#!/usr/bin/env node
// Starts the command line on Node 24. The packages bring it on Linux; npx puts it first, and a plain shell does not.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const LEAST = 24;
const root = new URL('../', import.meta.url);
const bundled = fileURLToPath(new URL('node_modules/.bin/node', root));

/** Hands this process's arguments to another Node, and ends as that one ends. */
const runBy = (node) => {
  // A Ctrl-C goes to both processes. This one waits for the other.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
  const file = fileURLToPath(import.meta.url);
  const { status, signal } = spawnSync(node, [file, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 128 + (constants.signals[signal ?? ''] ?? 0);
};

if (Number.parseInt(process.versions.node, 10) >= LEAST) {
  module.enableCompileCache(fileURLToPath(new URL('node_modules/.cache/node', root)));
  await import('./main.ts');
} else if (existsSync(bundled) && process.env.JOB_FANIN_STARTED === undefined) {
  process.env.JOB_FANIN_STARTED = 'true';
  runBy(bundled);
} else {
  console.error(
    `job-fanin: needs Node ${LEAST}, and this is ${process.version}\n  do: run "npm ci" in ${fileURLToPath(root)}, which brings it on Linux; elsewhere install Node ${LEAST}`,
  );
  process.exitCode = 2;
}
