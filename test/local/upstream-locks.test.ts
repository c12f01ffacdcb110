import { describe, expect, it } from 'vitest';
import { startUpstream } from '../../local/upstream/simulator.ts';
import {
  beginGuarded,
  FORGED,
  type Guarded,
  KEY,
  MINUTE,
  OTHER,
  refused,
} from './begin-guarded.ts';
import { begin, parsed } from './begin-upstream.ts';

const times = async <T>(count: number, act: () => Promise<T>): Promise<T[]> => {
  const all: T[] = [];
  for (let i = 0; i < count; i += 1) all.push(await act());
  return all;
};

describe('more than five bad signatures in a row lock a key for five minutes', () => {
  const locked = refused('AK access failed to reach the limit,forbidden: KEY1');
  const lock = async (upstream: Guarded) => {
    await times(6, () => upstream.call(FORGED));
    return upstream;
  };

  it('five do not', async () => {
    const { call, standing } = await beginGuarded({ keys: [KEY] });
    await times(5, () => call(FORGED));
    expect(standing('KEY1')).toMatchObject({ badInARow: 5, locked: false });
    expect((await call(KEY)).status).toBe(200);
  });

  it('a success begins the count anew', async () => {
    const { call, standing } = await beginGuarded({ keys: [KEY] });
    for (let round = 0; round < 2; round += 1) {
      await times(5, () => call(FORGED));
      expect((await call(KEY)).status).toBe(200);
    }
    expect(standing('KEY1')).toMatchObject({ calls: 2, badSignatures: 10, badInARow: 0 });
  });

  it('six do, and then even a good one is refused', async () => {
    const { call, standing, refusals } = await lock(await beginGuarded({ keys: [KEY] }));
    expect(standing('KEY1')).toMatchObject({ badSignatures: 6, badInARow: 6, locked: true });
    expect(parsed(await call(KEY))).toEqual(locked);
    expect(refusals.at(-1)).toMatchObject({ who: { ak: 'KEY1' }, why: 'locked' });
  });

  it('it is unlocked when they are over, however often somebody knocked', async () => {
    const { call, pass, standing } = await lock(await beginGuarded({ keys: [KEY] }));
    pass(5 * MINUTE - 1);
    expect(parsed(await call(FORGED))).toEqual(locked);
    expect(parsed(await call(KEY))).toEqual(locked);
    pass(1);
    expect(standing('KEY1')).toMatchObject({ badSignatures: 6, badInARow: 0, locked: false });
    expect((await call(KEY)).status).toBe(200);
  });

  it('another key is not touched', async () => {
    const { call } = await lock(await beginGuarded({ keys: [KEY, OTHER] }));
    expect((await call(OTHER)).status).toBe(200);
  });

  it('a key that nobody knows is counted, and cannot lock', async () => {
    const { call, standing } = await beginGuarded({ keys: [KEY] });
    await times(7, () => call(OTHER));
    expect(standing('KEY2')).toEqual({
      ak: 'KEY2',
      calls: 0,
      tokens: 0,
      badSignatures: 7,
      badInARow: 0,
      locked: false,
      known: false,
    });
  });
});

describe('accounts can be replaced at any time', () => {
  it('a key that is gone is unknown from then on, and the new one is let in', async () => {
    const { call, setAccounts, standing } = await beginGuarded({ keys: [KEY] });
    await call(KEY);
    setAccounts({ keys: [OTHER] });
    expect(parsed(await call(KEY))).toEqual(refused('unknown key'));
    expect((await call(OTHER)).status).toBe(200);
    expect([standing('KEY1')?.known, standing('KEY1')?.calls]).toEqual([false, 1]);
  });

  it('an open simulator is closed by them', async () => {
    const { run, setAccounts } = await begin();
    expect((await run(1)).status).toBe(200);
    setAccounts({});
    expect((await run(2)).status).toBe(401);
  });

  it.each([
    ['null', 'the whole: must be an object'],
    ['{"keys":{}}', 'keys: must be a list'],
    ['{"keys":[7]}', 'keys.0: must be an object'],
    ['{"keys":[{"ak":"hush"}]}', 'keys.0.sk: is missing'],
    ['{"keys":[{"ak":"hush","sk":7}]}', 'keys.0.sk: must be a string'],
    ['{"keys":[{"ak":"hush, hush","sk":"hush"}]}', 'keys.0.ak: must be an access key'],
    [
      '{"keys":[{"ak":"a","sk":"","security_token":""}]}',
      'keys.0.security_token: must not be empty',
    ],
    ['{"keys":[{"ak":"a","sk":"hush","hush":1}]}', 'known are ak, sk, security_token'],
    ['{"keys":[{"ak":"a","sk":"x"},{"ak":"a","sk":"y"}]}', 'keys: lists an access key twice'],
    ['{"users":[{"user":"u","password":"hush"}]}', 'users.0.domain: is missing'],
    ['{"hush":[]}', 'the whole: a field is not known: known are keys, users'],
  ])('%s is refused by its fault, changes nothing and shows nothing', async (text, message) => {
    const { call, setAccounts } = await beginGuarded({ keys: [KEY] });
    const act = () => setAccounts(JSON.parse(text));
    expect(act).toThrow(message);
    expect(act).not.toThrow('hush');
    expect((await call(KEY)).status).toBe(200);
    await expect(startUpstream({ accounts: JSON.parse(text) })).rejects.toThrow('bad accounts');
  });

  it('every fault is named', () => {
    const accounts = JSON.parse('{"keys":[{"ak":1,"sk":""}],"users":[{}]}');
    return expect(startUpstream({ accounts })).rejects.toThrow(
      'bad accounts: keys.0.ak: must be a string; keys.0.sk: must not be empty; users.0.user: is missing; users.0.password: is missing; users.0.domain: is missing',
    );
  });
});
