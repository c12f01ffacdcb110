import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../shared/operations/index.ts';
import { runCli, runHere, runProgram } from '../support/command-line.ts';

/** What bash would offer for the last of these words. */
const offered = async (...words: readonly string[]): Promise<readonly string[]> => {
  const { stdout: script } = await runHere(['completion', 'bash']);
  const list = ['job-fanin', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _job_fanin; printf '%s\\n' "$\{COMPREPLY[@]}"`;
  const ran = await runProgram('bash', ['-c', `${script}\n${ask}`]);
  expect(ran.stderr).toBe('');
  return ran.lines;
};

describe('completion', () => {
  it('bash parses its script, and offers commands, options and their words', async () => {
    expect(await offered('re')).toEqual(expect.arrayContaining(['restart', 'replay', 'resume']));
    expect(await offered('run', '--resume')).toEqual(['--resume-savepoint']);
    expect(await offered('drs.stop', '--pause-mode', '')).toEqual(['target', 'all']);
  });

  it.each(['bash', 'zsh', 'fish'])('%s has every operation', async (shell) => {
    const { stdout, code } = await runHere(['completion', shell]);
    expect(code).toBe(0);
    for (const name of Object.keys(OPERATIONS)) expect(stdout).toContain(name);
  });

  it('another shell is told which there are', async () => {
    const ran = await runHere(['completion', 'tcsh']);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('bash, zsh, fish');
  });
});

describe('the program itself', () => {
  it('is started by npx from a clone, on its own Node', async () => {
    const ran = await runProgram('npx', ['job-fanin', '--version']);
    expect(ran.code).toBe(0);
    expect(ran.stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('says what it can do, without arguments', async () => {
    const ran = await runCli([]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/Usage: job-fanin/);
    // It is no terminal that reads this: nothing is coloured.
    expect(ran.stdout).not.toContain('\u001b');
  });
});
