/** What an error says, with its causes and without its stack: fit for a log line. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const text = error.message ? `${error.name}: ${error.message}` : error.name;
  return error.cause === undefined ? text : `${text} (${reasonOf(error.cause)})`;
};
