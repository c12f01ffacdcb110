import assert from 'node:assert/strict';
import type { Entry, Ledger, NewEntry, Written } from '../../shared/ledger/ledger.ts';

/** A case of the ledger's contract, over two adapters of their own on one store, under keys that no other case uses. */
export interface LedgerCase {
  readonly title: string;
  readonly run: (room: LedgerRoom) => Promise<void>;
}

export interface LedgerRoom {
  readonly ledger: Ledger;
  readonly other: Ledger;
  readonly keyOf: (name: string) => string;
}

const WRITERS = 50;
const LATER = 4_102_444_800;

let versions = 0;
const entry = (key: string, body = 'body', version = `v${++versions}`): NewEntry => ({
  key,
  version,
  body,
  expiresAt: LATER,
});

const read = async (ledger: Ledger, keys: readonly string[]): Promise<readonly Entry[]> => {
  const found = await ledger.read(keys);
  assert.ok(found !== undefined, 'the ledger is out of reach');
  for (const [key, { key: own }] of found) assert.equal(own, key);
  return [...found.values()];
};

/** The ledger holds exactly this under a key; undefined: nothing. */
const expectHeld = async (ledger: Ledger, key: string, held: NewEntry | undefined) => {
  const found = (await read(ledger, [key])).map((it) => ({ ...it }));
  const { expiresAt: _, ...wanted } = held ?? entry(key);
  assert.deepEqual(found, held === undefined ? [] : [wanted]);
};

const expectWritten = async (writing: Promise<Written>, wanted: Written = 'written') =>
  assert.equal(await writing, wanted);

/** Fifty at once; exactly one wins, and the key holds what it wrote. */
const race = async ({ ledger, other, keyOf }: LedgerRoom, seen: string | undefined) => {
  const writes = Array.from({ length: WRITERS }, (_, i) => entry(keyOf('a'), `by ${i}`));
  const written = await Promise.all(
    writes.map((write, i) => (i % 2 === 0 ? ledger : other).write(write, seen)),
  );
  const winners = writes.filter((_, i) => written[i] === 'written');
  assert.equal(winners.length, 1);
  assert.equal(written.filter((how) => how === 'lost').length, WRITERS - 1);
  await expectHeld(other, keyOf('a'), winners[0]);
};

/** Reads and writes until a write goes through. */
const increment = async (ledger: Ledger, key: string): Promise<void> => {
  for (;;) {
    const [held] = await read(ledger, [key]);
    const next = entry(key, String(Number(held?.body ?? 0) + 1));
    const written = await ledger.write(next, held?.version);
    if (written === 'written') return;
    assert.equal(written, 'lost', 'the ledger does not say what became of a write');
  }
};

const TEXTS = [
  'ünïcödé 日本語 😀 \u200f',
  'a "quoted" \\ text\n\twith \u0001 and \u007f',
  '{"v":1}',
  ' ',
  '0123',
];

/** What every adapter keeps, whatever lies behind it. Each case throws an `AssertionError` where it is not kept. */
export const LEDGER_CASES: readonly LedgerCase[] = [
  {
    title: 'keys that hold nothing are left out',
    run: async ({ ledger, keyOf }) => {
      await expectWritten(ledger.write(entry(keyOf('b')), undefined));
      assert.deepEqual(
        (await read(ledger, ['a', 'b', 'c'].map(keyOf))).map(({ key }) => key),
        [keyOf('b')],
      );
      assert.deepEqual(await read(ledger, []), []);
    },
  },
  {
    title: 'a first write is seen by everybody at once',
    run: async ({ ledger, other, keyOf }) => {
      const first = entry(keyOf('a'));
      await expectWritten(ledger.write(first, undefined));
      await expectHeld(other, keyOf('a'), first);
      await expectHeld(ledger, keyOf('a'), first);
    },
  },
  {
    title: 'a late read tells of any state that was, and a strong one of the last',
    run: async ({ ledger, other, keyOf }) => {
      const key = keyOf('a');
      const states: (NewEntry | undefined)[] = [undefined];
      for (let n = 1; n <= 20; n++) {
        const next = entry(key, `body ${n}`);
        await expectWritten((n % 2 === 0 ? ledger : other).write(next, states.at(-1)?.version));
        states.push(next);
        const late = await ledger.read([key, keyOf('b')], 'may be late');
        assert.ok(late !== undefined, 'the ledger is out of reach');
        const { version, body } = late.get(key) ?? {};
        assert.ok(states.some((it) => it?.version === version && it?.body === body));
        assert.ok(!late.has(keyOf('b')));
        await expectHeld(ledger, key, next);
        await expectHeld(other, key, next);
      }
      // A write that rests on what a late read told is refused, unless that still is the last state.
      const [first, last] = [states[1], states.at(-1)];
      await expectWritten(ledger.write(entry(key), first?.version), 'lost');
      await expectWritten(ledger.write(entry(key), undefined), 'lost');
      await expectWritten(ledger.write(entry(key), last?.version));
    },
  },
  {
    title: 'a first write is lost where there is something',
    run: async ({ ledger, other, keyOf }) => {
      const first = entry(keyOf('a'));
      await expectWritten(ledger.write(first, undefined));
      await expectWritten(other.write(entry(keyOf('a')), undefined), 'lost');
      await expectHeld(ledger, keyOf('a'), first);
    },
  },
  {
    title: 'a write replaces the version that it saw, and no other',
    run: async ({ ledger, other, keyOf }) => {
      const [first, second, third] = [1, 2, 3].map((n) => entry(keyOf('a'), `body ${n}`));
      assert.ok(first && second && third);
      await expectWritten(ledger.write(first, undefined));
      await expectWritten(other.write(second, first.version));
      await expectWritten(ledger.write(third, first.version), 'lost');
      await expectHeld(ledger, keyOf('a'), second);
      await expectWritten(ledger.write(third, second.version));
      await expectHeld(other, keyOf('a'), third);
    },
  },
  {
    title: 'a write that saw something is lost where there is nothing',
    run: async ({ ledger, keyOf }) => {
      await expectWritten(ledger.write(entry(keyOf('a')), 'v0'), 'lost');
      await expectHeld(ledger, keyOf('a'), undefined);
    },
  },
  {
    title: 'of fifty that write a new key at once one alone wins',
    run: (room) => race(room, undefined),
  },
  {
    title: 'of fifty that saw the same version one alone wins',
    run: async (room) => {
      const first = entry(room.keyOf('a'));
      await expectWritten(room.ledger.write(first, undefined));
      await race(room, first.version);
    },
  },
  {
    title: 'none of many read-and-write rounds is forgotten',
    run: async ({ ledger, other, keyOf }) => {
      const rounds = Array.from({ length: 16 }, (_, i) =>
        increment(i % 2 === 0 ? ledger : other, keyOf('a')),
      );
      await Promise.all(rounds);
      assert.equal((await read(ledger, [keyOf('a')]))[0]?.body, '16');
    },
  },
  {
    title: '250 keys in one read, those alone that hold something',
    run: async ({ ledger, other, keyOf }) => {
      const keys = Array.from({ length: 250 }, (_, i) => keyOf(String(i)));
      const writes = keys.filter((_, i) => i % 5 !== 0).map((key) => entry(key, `of ${key}`));
      const written = await Promise.all(writes.map((write) => ledger.write(write, undefined)));
      assert.deepEqual([...new Set(written)], ['written']);
      const held = new Map((await read(other, keys)).map(({ key, body }) => [key, body]));
      assert.deepEqual(held, new Map(writes.map(({ key, body }) => [key, body])));
    },
  },
  {
    title: 'of writes that go out together, each has its own answer',
    run: async ({ ledger, other, keyOf }) => {
      const keys = Array.from({ length: 60 }, (_, i) => keyOf(String(i)));
      const held = keys.filter((_, i) => i % 3 === 0).map((key) => entry(key));
      for (const one of held) await expectWritten(other.write(one, undefined));
      // By thirds: a first write over something, one over nothing, and one that saw a version which is not there.
      const writes = keys.map((key) => entry(key, 'news'));
      const seen = (i: number) => (i % 3 === 2 ? 'v0' : undefined);
      const written = await Promise.all(writes.map((write, i) => ledger.write(write, seen(i))));
      assert.deepEqual(
        written,
        keys.map((_, i) => (i % 3 === 1 ? 'written' : 'lost')),
      );
      const found = await read(other, keys);
      assert.equal(found.filter(({ body }) => body === 'news').length, 20);
      assert.equal(found.length, 40);
    },
  },
  {
    title: 'bodies of 300 KB, more of them in one read than one reply holds',
    run: async ({ ledger, other, keyOf }) => {
      const keys = Array.from({ length: 60 }, (_, i) => keyOf(String(i)));
      const writes = keys.map((key, i) => entry(key, String(i % 10).repeat(300_000)));
      for (const write of writes) await expectWritten(ledger.write(write, undefined));
      const held = new Map((await read(other, keys)).map(({ key, body }) => [key, body]));
      for (const { key, body } of writes) assert.ok(held.get(key) === body, key);
    },
  },
  {
    title: 'text of any kind comes back to the letter, as key, version and body',
    run: async ({ ledger, other, keyOf }) => {
      for (const text of TEXTS) {
        const first = entry(keyOf(text), text, `${text}${++versions}`);
        await expectWritten(ledger.write(first, undefined));
        await expectHeld(other, first.key, first);
        await expectWritten(other.write(entry(first.key), first.version));
      }
    },
  },
  {
    title: 'keys that nearly are the same are not',
    run: async ({ ledger, keyOf }) => {
      const keys = ['a', 'A', 'a ', 'á', 'a\u0301', 'a/1', 'a/10'].map(keyOf);
      for (const key of keys) await expectWritten(ledger.write(entry(key, key), undefined));
      const held = await read(ledger, keys);
      assert.deepEqual(held.map(({ body }) => body).toSorted(), keys.toSorted());
    },
  },
];
