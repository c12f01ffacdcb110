import { describe, expect, it } from 'vitest';
import { slotsPer } from '../../shared/batching/slots.ts';
import { mostAtOnce } from '../support/turns.ts';

describe('slots of one name', () => {
  it('are so many, whoever asks for them', async () => {
    const slotsOf = slotsPer(3);
    expect(await mostAtOnce(9, '', (run) => slotsOf('a')(run))).toBe(3);
  });

  it('are taken from no other name', async () => {
    const slotsOf = slotsPer(1);
    const never = new Promise(() => undefined);
    void slotsOf('a')(() => never);
    expect(await slotsOf('b')(async () => 'served')).toBe('served');
  });
});
