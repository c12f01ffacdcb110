/** One alternative of a pattern's field: the exact text, or the beginning of it. */
export type Condition = string | { readonly prefix: string };

/** The part of EventBridge's event patterns that rules here need: a field left out matches anything. */
export interface EventPattern {
  readonly source?: readonly Condition[];
  readonly 'detail-type'?: readonly Condition[];
}

const meets = (value: string, condition: Condition): boolean =>
  typeof condition === 'string' ? value === condition : value.startsWith(condition.prefix);

const meetsAny = (value: string, conditions: readonly Condition[] | undefined): boolean =>
  conditions === undefined || conditions.some((condition) => meets(value, condition));

/** Law: every field that the pattern names must meet at least one of its conditions; case counts. */
export const matchesPattern = (
  pattern: EventPattern,
  event: { readonly source: string; readonly 'detail-type': string },
): boolean =>
  meetsAny(event.source, pattern.source) && meetsAny(event['detail-type'], pattern['detail-type']);
