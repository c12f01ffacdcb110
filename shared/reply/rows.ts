import { isObject, type Json, parseLoosely } from '../json/json.ts';

/** Stands in for the code where a refusal has none. */
export const UNSPECIFIED = 'unspecified';

/** The JSON of a body; null where it is none. */
export const jsonOf = (text: string): Json => {
  const parsed = parseLoosely(text);
  return parsed.ok ? parsed.value : null;
};

/** IAM's own shape: `{"error": {"code": 401, …}}`, whose number is the status again. */
export const isIams = (body: Json | undefined): boolean => isObject(body) && isObject(body.error);

/** The code of a row, where its service or IAM puts it. */
export const codeOf = (row: Json | undefined): string => {
  if (!isObject(row)) return UNSPECIFIED;
  const { error_code: code, error } = row;
  if (typeof code === 'string' && code !== '') return code;
  return isObject(error) && typeof error.code === 'string' ? error.code : UNSPECIFIED;
};

/** What a reply says of jobs by their ids: lists beside an error, if there is one. */
export const listedIn = (body: Json): readonly Json[] =>
  isObject(body)
    ? [body.results, body.jobs].flatMap((list): readonly Json[] =>
        Array.isArray(list) ? list : [],
      )
    : [];

/** A reply's rows: those of its lists, its elements, or itself. Without any, the status speaks. */
export const rowsOf = (body: Json): readonly Json[] => {
  const listed = listedIn(body);
  if (listed.length > 0) return listed;
  const elements: readonly Json[] = Array.isArray(body) ? body : [body];
  return elements.length > 0 ? elements : [null];
};

/** Whether a row tells of a job and of no refusal: it claims success, or shows the status that the job has. */
export const tellsOfJob = (row: Json, isListed: boolean): boolean => {
  if (!isObject(row)) return false;
  const { is_success: success, status } = row;
  if (success === true || (typeof success === 'string' && /^true$/i.test(success))) return true;
  return isListed && typeof status === 'string' && !/^(failed)?$/i.test(status);
};

const isFilled = (field: Json | undefined): boolean => typeof field === 'string' && field !== '';

/** Whether a row is a service's: it claims success or denies it, has a code, shows a job, or stands in a list under an id. */
const isRow = (row: Json, isListed: boolean): boolean => {
  if (!isObject(row)) return false;
  const { is_success: success, error_code: code, job_detail: detail, id, job_id, status } = row;
  if (typeof success === 'boolean' || isFilled(success) || isFilled(code)) return true;
  return isListed ? [id, job_id, status].some(isFilled) : isObject(detail);
};

const isEmptyList = (body: Json): boolean =>
  Array.isArray(body)
    ? body.length === 0
    : isObject(body) && [body.results, body.jobs].some(Array.isArray);

/** Statuses that only who stands between here and a service gives: redirects, and a proxy's wish for a password. */
const isBetween = (status: number): boolean => (status >= 300 && status < 400) || status === 407;

/**
 * Whether a reply is a service's or its gateway's, by its shape: it has a row as one of them writes it. A list without rows
 * is one beside a status of success alone.
 */
export const isServices = (status: number, body: Json): boolean => {
  if (isBetween(status)) return false;
  const isListed = listedIn(body).length > 0;
  return rowsOf(body).some((row) => isRow(row, isListed)) || (status < 300 && isEmptyList(body));
};
