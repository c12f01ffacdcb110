/** A value of a metric in one period. Undefined: there is none. */
export type Datum = number | undefined;

/** Reads the metric of an id in one period. */
type ValueOf = (id: string) => Datum;

const TOKEN = /\s*(\d+(?:\.\d+)?|[A-Za-z]\w*|==|!=|<=|>=|[-+*/()<>,])/y;

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

/** FILL(metric, value) and IF(condition, then, else). Missing values stay missing elsewhere. */
const call = (name: string, values: readonly Datum[]): Datum => {
  const [first, second, third] = values;
  if (name === 'FILL' && values.length === 2) return first ?? second;
  if (name === 'IF' && values.length === 3) {
    if (first === undefined) return undefined;
    return first === 0 ? third : second;
  }
  throw new Error(`no function ${name} of ${values.length} values`);
};

/** Takes the tokens of an expression one by one. */
class Parser {
  readonly #tokens: readonly string[];
  readonly #read: ValueOf;
  #at = 0;

  constructor(text: string, read: ValueOf) {
    this.#tokens = tokensOf(text);
    this.#read = read;
  }

  whole(): Datum {
    const value = this.#level(0);
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

  #level(level: number): Datum {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#factor();
    let left = this.#level(level + 1);
    for (;;) {
      const operate = operators[this.#tokens[this.#at] ?? ''];
      if (operate === undefined) return left;
      this.#at++;
      const right = this.#level(level + 1);
      left = left === undefined || right === undefined ? undefined : operate(left, right);
    }
  }

  #factor(): Datum {
    const token = this.#next();
    if (/^\d/.test(token)) return Number(token);
    if (token === '(') {
      const value = this.#level(0);
      this.#expect(')');
      return value;
    }
    if (!/^[A-Za-z]/.test(token)) throw new Error(`${token} is no value`);
    return this.#tokens[this.#at] === '(' ? call(token, this.#arguments()) : this.#read(token);
  }

  #arguments(): readonly Datum[] {
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
export const evaluate = (expression: string, read: ValueOf): Datum =>
  new Parser(expression, read).whole();
