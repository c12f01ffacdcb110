import { errorText } from '../../shared/json/error-text.ts';

const innermost = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;

/** Why there was no connection, without the words that `fetch` puts around it. */
export const reasonOf = (error: unknown): string => {
  const inner = innermost(error);
  return inner instanceof Error && inner.name === 'Error' ? inner.message : errorText(inner);
};
