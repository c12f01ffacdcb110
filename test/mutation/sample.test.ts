import { describe, expect, it } from 'vitest';
import { type Drawable, drawMutants } from './draw-mutants.ts';
import { intervalOf, scoreOf } from './score.ts';

const mutant = (n: number, more: Partial<Drawable> = {}): Drawable => ({
  id: String(n),
  fileName: `/sandbox/shared/json/file-${n}.ts`,
  location: { start: { line: n, column: 1 } },
  mutatorName: 'BooleanLiteral',
  replacement: 'false',
  coveredBy: ['a test'],
  ...more,
});

const MANY = Array.from({ length: 1_000 }, (_, n) => mutant(n));
const draw = (mutants: readonly Drawable[], seed = '1', size = 50) =>
  [...drawMutants(mutants, { kind: 'run', size, seed })].toSorted();

describe('a sample of mutants', () => {
  it('has as many as were asked for, or all', () => {
    expect(draw(MANY)).toHaveLength(50);
    expect(draw(MANY.slice(0, 7))).toHaveLength(7);
  });

  it('is the same for a seed, in whatever order and folder the mutants come', () => {
    const moved = MANY.map((one) => ({
      ...one,
      fileName: one.fileName.replace('/sandbox', '/other'),
    }));
    expect(draw(moved.toReversed())).toEqual(draw(MANY));
    expect(draw(MANY, '2')).not.toEqual(draw(MANY));
  });

  it('gives each the same chance', () => {
    const seeds = Array.from({ length: 40 }, (_, n) => draw(MANY, String(n), 500));
    const early = seeds.flat().filter((id) => Number(id) < 500).length;
    expect(early / seeds.flat().length).toBeCloseTo(0.5, 1);
  });

  it('holds those that a running test reaches, or those that only loading reaches', () => {
    const mixed = [
      mutant(1),
      mutant(2, { static: true, coveredBy: [] }),
      mutant(3, { static: true }),
      mutant(4, { coveredBy: [] }),
    ];
    expect(draw(mixed)).toEqual(['1', '3', '4']);
    expect([...drawMutants(mixed, { kind: 'load', size: 9, seed: '1' })]).toEqual(['2']);
  });
});

describe('the score of a sample', () => {
  const of = (status: string, times: number) => Array.from({ length: times }, () => ({ status }));

  it('counts what ran or has no test; what timed out stands apart', () => {
    const tried = [
      ...of('Killed', 90),
      ...of('Timeout', 5),
      ...of('Survived', 4),
      ...of('NoCoverage', 1),
      ...of('Ignored', 50),
      ...of('CompileError', 900),
    ];
    expect(scoreOf(tried)).toMatchObject({
      tried: 100,
      killed: 90,
      timedOut: 5,
      least: 0.9,
      most: 0.95,
    });
  });

  it.each([
    [95, 100, 0.8883, 0.9785],
    [300, 300, 0.9874, 1],
    [0, 10, 0, 0.2775],
  ])('of %d among %d lies between %d and %d', (hits, all, low, high) => {
    const [least, most] = intervalOf(hits, all);
    expect(least).toBeCloseTo(low, 3);
    expect(most).toBeCloseTo(high, 3);
  });
});
