import * as v from 'valibot';

/** Settings by name: the process's environment, or a record in its place. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settings are invalid. Thrown at cold start. The message names every problem, and quotes no value. Each error that leaves a
 * function has its name twice: the bundle renames classes, and Lambda's own log line has the class's name as `errorType`.
 */
export class MisconfiguredError extends Error {
  static override readonly name = 'MisconfiguredError';
  override readonly name = 'MisconfiguredError';
}

/** Runs several readers of settings. Throws one error with the problems of all, each named once. */
export const readTogether = <const Readers extends readonly (() => unknown)[]>(
  ...readers: Readers
): { [I in keyof Readers]: ReturnType<Readers[I]> } => {
  const problems = new Set<string>();
  const read = readers.map((reader) => {
    try {
      return reader();
    } catch (error) {
      if (!(error instanceof MisconfiguredError)) throw error;
      for (const problem of error.message.replace(PREFIX, '').split('; ')) problems.add(problem);
      return undefined;
    }
  });
  if (problems.size > 0) throw new MisconfiguredError(PREFIX + [...problems].join('; '));
  return read as { [I in keyof Readers]: ReturnType<Readers[I]> };
};

const PREFIX = 'Settings: ';

/** A whole number within bounds. */
export const whole = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, rule),
    v.transform(Number),
    v.minValue(least, rule),
    v.maxValue(most, rule),
  );
};

/** Reads settings by a schema. Throws {@link MisconfiguredError}. An empty variable counts as not set. */
export const readSettings = <Schema extends v.GenericSchema>(
  schema: Schema,
  environment: Environment,
): v.InferOutput<Schema> => {
  const set = Object.entries(environment).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  const result = v.safeParse(schema, Object.fromEntries(set));
  if (result.success) return result.output;
  const problems = result.issues.map(({ path, received, message }) => {
    const name = path?.[0]?.key;
    return name === undefined
      ? message
      : `${name} ${received === 'undefined' ? 'is not set' : message}`;
  });
  throw new MisconfiguredError(`${PREFIX}${problems.join('; ')}`);
};

export const KIB = 1024;

/** SQS and EventBridge accept 1 MiB, but not yet in every region. 256 KiB works in all. */
export const payloadBytes = v.optional(whole(KIB, 1024 * KIB), String(256 * KIB));

/** `true` or `false`. */
export const flag = v.pipe(
  v.picklist(['true', 'false'], 'must be true or false'),
  v.transform((text) => text === 'true'),
);

/** Lambda itself sets the log format. */
export const logEntries = {
  LOG_LEVEL: v.optional(
    v.picklist(['debug', 'info', 'warn'], 'must be debug, info or warn'),
    'info',
  ),
  LOG_SAMPLE_RATE: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(0|1|0?\.\d{1,6})$/, 'must be a share from 0 to 1, such as 0.01'),
      v.transform(Number),
    ),
    '0',
  ),
};

export const logOf = (settings: v.InferOutput<v.ObjectSchema<typeof logEntries, undefined>>) => ({
  level: settings.LOG_LEVEL,
  sampleRate: settings.LOG_SAMPLE_RATE,
});
