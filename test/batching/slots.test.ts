import { describe, expect, it } from 'vitest';
import { makeSlots, slotsPer } from '../../shared/batching/slots.ts';
import { mostAtOnce } from '../support/turns.ts';

describe('slots of one name', () => {
  it('are so many, whoever asks for them', async () => {
    const slotsOf = slotsPer(3);
    expect(await mostAtOnce(9, '', (run) => slotsOf('a').run('next', run))).toBe(3);
  });

  it('are taken from no other name', async () => {
    const slotsOf = slotsPer(1);
    const never = new Promise(() => undefined);
    void slotsOf('a').run('next', () => never);
    expect(await slotsOf('b').run('next', async () => 'served')).toBe('served');
  });

  it('go to what has begun before what has not, and to the oldest of each', async () => {
    const { run } = makeSlots(1);
    const order: string[] = [];
    const task = (name: string) => async () => {
      order.push(name);
    };
    await Promise.all([
      run('next', task('begun at once')),
      run('next', task('new 1')),
      run('first', task('begun 1')),
      run('next', task('new 2')),
      run('first', task('begun 2')),
    ]);
    expect(order).toEqual(['begun at once', 'begun 1', 'begun 2', 'new 1', 'new 2']);
  });

  it('are idle unless a task has them, also after one has failed', async () => {
    const { run, idle } = makeSlots(2);
    const failing = run('next', () => Promise.reject(new Error('failed')));
    expect(idle()).toBe(1);
    await expect(failing).rejects.toThrow('failed');
    expect(idle()).toBe(2);
  });
});
