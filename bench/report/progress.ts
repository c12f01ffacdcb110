/** Tells what is measured now, where a person watches. It leaves no trace in what is kept of the output. */
export const tellProgress = (what: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}`);
};
