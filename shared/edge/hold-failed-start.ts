type Handler<Parameters extends readonly unknown[], Answer> = (
  ...parameters: Parameters
) => Promise<Answer>;

/**
 * The handler that `start` makes, at once, so that a cold start does the work. Law: if it cannot be made, the module loads
 * all the same, and each invocation tries again. If that fails, `failed` answers, with the reason. Lambda runs nothing of
 * a module that does not load, so its messages would wait for the queue's visibility timeout.
 */
export const holdFailedStart = <Parameters extends readonly unknown[], Answer>(
  start: () => Handler<Parameters, Answer>,
  failed: (error: unknown, ...parameters: Parameters) => Promise<Answer>,
) => {
  const tryStart = (): Handler<Parameters, Answer> | undefined => {
    try {
      return start();
    } catch (error) {
      reason = error;
      return undefined;
    }
  };
  let reason: unknown;
  let handler = tryStart();
  const held: Handler<Parameters, Answer> = async (...parameters) => {
    handler ??= tryStart();
    return handler === undefined ? failed(reason, ...parameters) : handler(...parameters);
  };
  return {
    handler: held,
    /** Throws why there is no handler, for a host that would rather know at once. */
    check: (): void => {
      if (handler === undefined) throw reason;
    },
  };
};
