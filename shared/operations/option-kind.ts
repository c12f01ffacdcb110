import type { Operation } from './operation.ts';

/** The schema of one option in an operation's row. */
export type OptionEntry = Operation['options'][string];

/** What a value of an option looks like, for those who ask a person for it. */
export type OptionKind =
  | { readonly kind: 'flag' }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'text' };

const isEntry = (value: unknown): value is OptionEntry =>
  typeof value === 'object' && value !== null && 'type' in value;

/** The kind by the schema that validates the option. The schema may be wrapped in `optional` and its like. */
export const optionKindOf = (entry: OptionEntry): OptionKind => {
  const wrapped: unknown = Reflect.get(entry, 'wrapped');
  if (isEntry(wrapped)) return optionKindOf(wrapped);
  if (entry.type === 'boolean') return { kind: 'flag' };
  const words: unknown = Reflect.get(entry, 'options');
  return entry.type === 'picklist' && Array.isArray(words)
    ? { kind: 'word', words: words.map(String) }
    : { kind: 'text' };
};
