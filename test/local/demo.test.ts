import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startShell } from '../support/child.ts';
import '../support/until.ts';

const samples = readdirSync(new URL('../../events', import.meta.url), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.json'));

describe('npm run demo', () => {
  it('sends every sample, shows what came of it, and ends well', async () => {
    const { code, stdout, stderr } = await startShell({ onTestFinished }, 'npm run demo').ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of samples) expect(stdout).toContain(name);
    expect(stdout).toMatch(
      new RegExp(`in ${samples.length} samples: \\d+ calls, one result each\\.\n$`),
    );
  });
});
