import { problemOf } from './problem.ts';

/** The same for every right, so that it does not tell what exists. */
export const NOT_GRANTED = problemOf(
  'not-granted',
  'The caller may not do this. The operator grants operations, projects and jobs.',
);
