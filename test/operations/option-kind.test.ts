import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { operations } from '../../shared/operations/index.ts';
import { type OptionKind, optionKindOf } from '../../shared/operations/option-kind.ts';

const FLAG = { kind: 'flag' };
const TEXT = { kind: 'text' };

describe('an option is asked for by the kind that its schema takes', () => {
  it('of every row', () => {
    const kinds = operations.flatMap(({ name, options, job }) =>
      [...Object.entries(options), ...Object.entries(job.entries)].map(
        ([option, entry]) => [`${name} ${option}`, optionKindOf(entry)] as const,
      ),
    );
    expect(Object.fromEntries(kinds)).toEqual({
      'dli.run resume_savepoint': FLAG,
      'dli.stop trigger_savepoint': FLAG,
      'drs.start start_time': TEXT,
      'drs.start is_only_init_task': FLAG,
      'drs.start is_auto_create_compare': FLAG,
      'drs.stop pause_mode': { kind: 'word', words: expect.arrayContaining(['target', 'all']) },
      'drs.retry is_sync_re_edit': FLAG,
      'drs.delete delete_type': { kind: 'word', words: expect.any(Array) },
    });
  });

  it.each<[string, Parameters<typeof optionKindOf>[0], OptionKind]>([
    ['wrapped twice', v.optional(v.nullable(v.boolean())), { kind: 'flag' }],
    ['a list of words', v.picklist(['a', 'b']), { kind: 'word', words: ['a', 'b'] }],
    ['anything else', v.string(), { kind: 'text' }],
  ])('%s', (_, entry, kind) => {
    expect(optionKindOf(entry)).toEqual(kind);
  });
});
