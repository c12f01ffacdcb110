import { describe, expect, it } from 'vitest';
import type { Broken } from './breakages/broken.ts';
import { BROKEN } from './breakages/index.ts';
import { judgeHistory } from './oracles/index.ts';
import { simulate } from './simulate.ts';

const SEEDS = 2_000;

/** The first seed whose history shows one of the promises broken, if there is one. */
const catchIt = async ({ breaks, breakage, from = 1 }: Broken) => {
  for (let seed = from; seed < from + SEEDS; seed++) {
    const violations = judgeHistory(await simulate({ seed, breakage }));
    const found = violations.find(({ promise }) => breaks.includes(promise));
    if (found !== undefined) return { seed, ...found };
  }
  return undefined;
};

describe('the oracles notice a control loop that', () => {
  it.each(BROKEN)('$name', { timeout: 600_000 }, async (broken) => {
    const caught = await catchIt(broken);
    console.log(
      `${broken.name}: caught by seed ${caught?.seed}, ${caught?.promise}: ${caught?.what}`,
    );
    expect(caught).toBeDefined();
  });

  it('each of the promises can be seen broken', () => {
    const seen = new Set(BROKEN.flatMap(({ breaks }) => breaks.map((name) => name.slice(0, 2))));
    for (let n = 1; n <= 9; n++) expect(seen).toContain(`P${n}`);
  });
});
