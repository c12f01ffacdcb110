/** A value of a metric in one period. Undefined: there is none. */
export type Datum = number | undefined;

/** The metrics of an expression in one period, by their ids. */
export interface Metrics {
  readonly read: (id: string) => Datum;
  readonly ids: readonly string[];
  /** Whether a metric has data in any period. */
  readonly isKnown: (id: string) => boolean;
}

/** A metric, an array of metrics, or a plain number. */
type Value = Datum | readonly Named[];

/** One of an array. */
interface Named {
  readonly id: string;
  readonly value: Datum;
}

const TOKEN = /\s*(\d+(?:\.\d+)?|[A-Za-z]\w*|==|!=|<=|>=|[-+*/()<>,]|"[^"]*")/y;

const tokensOf = (text: string): readonly string[] => {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let end = 0; end < text.trimEnd().length; end = TOKEN.lastIndex) {
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new Error(`not metric math: ${text.slice(end)}`);
    tokens.push(token);
  }
  return tokens;
};

type Operator = (a: number, b: number) => Datum;

/** The operators of CloudWatch's metric math, the weakest first. A division by zero has no value. */
const LEVELS: readonly Readonly<Record<string, Operator>>[] = [
  {
    '==': (a, b) => Number(a === b),
    '!=': (a, b) => Number(a !== b),
    '<': (a, b) => Number(a < b),
    '<=': (a, b) => Number(a <= b),
    '>': (a, b) => Number(a > b),
    '>=': (a, b) => Number(a >= b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => (b === 0 ? undefined : a / b) },
];

const one = (value: Value): Datum => {
  if (typeof value === 'object') throw new Error('an array is no value');
  return value;
};

/**
 * METRICS, FILL, SUM and IF. Missing values stay missing, but SUM passes over them. Whether FILL has a value for a metric that
 * was never published is not documented: here it has none.
 */
const call = (name: string, values: readonly Value[], { isKnown }: Metrics): Value => {
  const [first, second, third] = values;
  if (name === 'FILL' && typeof first === 'object' && values.length === 2)
    return first.map(({ id, value }) => ({
      id,
      value: value ?? (isKnown(id) ? one(second) : undefined),
    }));
  if (name === 'SUM' && typeof first === 'object' && values.length === 1) {
    const known = first.map(({ value }) => value).filter((value) => value !== undefined);
    return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
  }
  if (name === 'IF' && values.length === 3) {
    if (first === undefined) return undefined;
    return one(first) === 0 ? third : second;
  }
  throw new Error(`no function ${name} of ${values.length} values`);
};

/** Takes the tokens of an expression one by one. */
class Parser {
  readonly #tokens: readonly string[];
  readonly #metrics: Metrics;
  #at = 0;

  constructor(text: string, metrics: Metrics) {
    this.#tokens = tokensOf(text);
    this.#metrics = metrics;
  }

  whole(): Datum {
    const value = one(this.#level(0));
    if (this.#at < this.#tokens.length) throw new Error(`left over: ${this.#next()}`);
    return value;
  }

  #next(): string {
    return this.#tokens[this.#at++] ?? 'nothing';
  }

  #expect(token: string): void {
    const found = this.#next();
    if (found !== token) throw new Error(`${token} is missing before ${found}`);
  }

  #level(level: number): Value {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#factor();
    let left = this.#level(level + 1);
    for (;;) {
      const operate = operators[this.#tokens[this.#at] ?? ''];
      if (operate === undefined) return left;
      this.#at++;
      const [a, b] = [one(left), one(this.#level(level + 1))];
      left = a === undefined || b === undefined ? undefined : operate(a, b);
    }
  }

  #factor(): Value {
    const token = this.#next();
    if (/^\d/.test(token)) return Number(token);
    if (token === '(') {
      const value = this.#level(0);
      this.#expect(')');
      return value;
    }
    if (!/^[A-Za-z]/.test(token)) throw new Error(`${token} is no value`);
    if (this.#tokens[this.#at] !== '(') return this.#metrics.read(token);
    if (token === 'METRICS') return this.#metricsNamed();
    return token === 'FILL' ? this.#filled() : call(token, this.#arguments(), this.#metrics);
  }

  /** All metrics, or those whose ids contain a text. */
  #metricsNamed(): readonly Named[] {
    this.#expect('(');
    const next = this.#next();
    const part = next === ')' ? '' : next.slice(1, -1);
    if (next !== ')') this.#expect(')');
    const { ids, read } = this.#metrics;
    return ids.filter((id) => id.includes(part)).map((id) => ({ id, value: read(id) }));
  }

  /** FILL of one metric by its id is an array of one. */
  #filled(): Value {
    const id = this.#tokens[this.#at + 1] ?? '';
    const [first, second] = this.#arguments();
    if (typeof first === 'object') return call('FILL', [first, second], this.#metrics);
    const [filled] = [call('FILL', [[{ id, value: one(first) }], second], this.#metrics)].flat();
    return typeof filled === 'object' ? filled.value : filled;
  }

  #arguments(): readonly Value[] {
    this.#expect('(');
    const values = [this.#level(0)];
    while (this.#tokens[this.#at] === ',') {
      this.#at++;
      values.push(this.#level(0));
    }
    this.#expect(')');
    return values;
  }
}

/**
 * Evaluates metric math in one period, as far as our alarms use it. Throws for what it does not know.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export const evaluate = (expression: string, metrics: Metrics): Datum =>
  new Parser(expression, metrics).whole();
