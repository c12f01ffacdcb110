export {
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
  type SubmitOptions,
} from './client.ts';
export { ProblemError, type ProblemType, UnansweredError } from './errors.ts';
export { isResult, isResultEvent, isResultsEvent, resultsIn } from './is-result.ts';
export type {
  DliDeleteIntent,
  DliRunIntent,
  DliStopIntent,
  DrsDeleteIntent,
  DrsRetryIntent,
  DrsStartIntent,
  DrsStopIntent,
  Intent,
  IntentStatus,
  JobStatus,
  Problem,
  Receipt,
  Result,
  ResultEvent,
  ResultsEvent,
} from './schemas.ts';
export { EVIDENCE, OPERATIONS, OUTCOMES, PROBLEM_TYPES } from './schemas.ts';
export type { SettledIntent, SettledJob } from './settled.ts';
