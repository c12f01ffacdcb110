/** The trace that a wish belongs to. https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** A trace context, or none. */
export type MaybeTraced = Partial<TraceContext>;

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/s;

const isZero = (digits: string): boolean => /^0+$/.test(digits);

/** Bit 0 of the flags: the sender may have recorded its part of the trace. */
const SAMPLED = 1;

/** Whether the sampled flag of a valid `traceparent` is set. */
export const isSampled = (traceparent: string): boolean =>
  (Number.parseInt(traceparent.slice(-2), 16) & SAMPLED) === SAMPLED;

/** §3.2: version 00 is kept as it came, with its flags. Of a later one we know four fields and the sampled flag. */
const readParent = (text: string): string | undefined => {
  const [, version = '', trace = '', parent = '', flags = '', more] = FORM.exec(text) ?? [];
  if (version === '' || version === 'ff' || isZero(trace) || isZero(parent)) return undefined;
  if (version === '00') return more === undefined ? text : undefined;
  return `00-${trace}-${parent}-${isSampled(flags) ? '01' : '00'}`;
};

const MEMBER =
  /^[a-z0-9][a-z0-9_*/-]{0,255}(@[a-z][a-z0-9_*/-]{0,13})?=[ -+\--<>-~]{0,255}[!-+\--<>-~]$/;

/** §3.3.1.1 and §3.3.1.5. Members are dropped until what is left fits. */
const MOST_MEMBERS = 32;
const MOST_CHARACTERS = 512;
const LARGE_MEMBER = 128;

/** The members that fit: large ones go first, then the last. */
const bounded = (members: readonly string[]): string => {
  const fits = (some: readonly string[]): boolean => some.join().length <= MOST_CHARACTERS;
  let left = fits(members) ? members : members.filter(({ length }) => length <= LARGE_MEMBER);
  while (!fits(left)) left = left.slice(0, -1);
  return left.join();
};

/** An invalid member makes the whole list invalid. */
const readState = (text: string): string => {
  const members = text
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
  const isValid = members.length <= MOST_MEMBERS && members.every((one) => MEMBER.test(one));
  return isValid ? bounded(members) : '';
};

/** Longer texts are not worth reading: {@link MOST_MEMBERS} members of the longest valid form are shorter. */
const LONGEST = 32 * 1024;

const textOf = (value: unknown): string =>
  typeof value === 'string' && value.length <= LONGEST ? value : '';

/**
 * The trace context in an object with the fields `traceparent` and `tracestate`, as headers have. What is invalid is
 * ignored, as the recommendation asks; without a valid `traceparent`, `tracestate` is too.
 */
export const traceOf = (fields: {
  readonly traceparent?: unknown;
  readonly tracestate?: unknown;
}): MaybeTraced => {
  const traceparent = readParent(textOf(fields.traceparent));
  if (traceparent === undefined) return {};
  const tracestate = readState(textOf(fields.tracestate));
  return { traceparent, ...(tracestate !== '' && { tracestate }) };
};

const ROOT = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/;

/**
 * The trace context in a header of X-Ray: `Root=1-<8 digits>-<24 digits>;Parent=<16 digits>;Sampled=1`. The 32 digits of
 * the root are the trace id. Without a parent there is none, and the header is ignored.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids
 */
export const traceOfXRay = (header: unknown): MaybeTraced => {
  const pairs = textOf(header)
    .split(';')
    .map((pair) => pair.trim().split('='));
  const { Root = '', Parent = '', Sampled } = Object.fromEntries(pairs);
  const [, time = '', rest = ''] = ROOT.exec(Root) ?? [];
  return traceOf({ traceparent: `00-${time}${rest}-${Parent}-${Sampled === '1' ? '01' : '00'}` });
};
