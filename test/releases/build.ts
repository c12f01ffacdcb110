import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * `node test/releases/build.ts <commit> <release>`: bundles the control loop of an earlier release, without its AWS clients,
 * into `test/releases/control-loop-<release>.mjs`. Tests run it beside today's over one queue and ledger. Build it again only if
 * the seam to it changes: the release itself does not.
 */
const [, , commit, release] = process.argv;
if (commit === undefined || release === undefined)
  throw new Error('name the commit and the release: node test/releases/build.ts 6da0a8d 0.1');

/** The seam: what a request comes to is given as status and text, and the rest is that release's own. */
const ENTRY = `
import { makeControlLoop } from './shared/control/control.ts';
import { readied } from './shared/upstream/readied.ts';
export const startControlLoop = ({ ask, deadLetter, ...edges }, limits) => {
  const send = async (request, mayBegin) => {
    const ready = await readied(request, mayBegin);
    if (ready.kind === 'held') return ready.reply;
    return { kind: 'replied', ...(await ask(request, ready.body)) };
  };
  return makeControlLoop({ ...edges, send, bury: deadLetter }, limits);
};
`;

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'release-'));
try {
  const archive = execFileSync('git', ['archive', commit, 'shared', 'package.json'], { cwd: root });
  execFileSync('tar', ['x', '-C', folder], { input: archive });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const entry = join(folder, 'entry.ts');
  writeFileSync(entry, ENTRY);
  await build({
    entryPoints: [entry],
    outfile: join(import.meta.dirname, `control-loop-${release}.mjs`),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'none',
    banner: {
      js: `// The control loop of release ${release}, of commit ${commit}: test/releases/build.ts`,
    },
  });
} finally {
  rmSync(folder, { recursive: true });
}
