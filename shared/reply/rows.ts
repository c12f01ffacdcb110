import { isObject, type Json } from '../json/json.ts';

/** In place of a code where a refusal has none. */
export const UNSPECIFIED = 'unspecified';

/** Whether a body has IAM's own shape: `{"error": {"code": 401, …}}`, whose number is the status again. */
export const isIams = (body: Json | undefined): boolean => isObject(body) && isObject(body.error);

/** The code of a row, where the service or IAM puts it. */
export const codeOf = (row: Json | undefined): string => {
  if (!isObject(row)) return UNSPECIFIED;
  const { error_code: code, error } = row;
  if (typeof code === 'string' && code !== '') return code;
  return isObject(error) && typeof error.code === 'string' ? error.code : UNSPECIFIED;
};

/** The rows of a body, and whether they stand in lists that name jobs by their ids. */
export interface Rows {
  readonly rows: readonly Json[];
  readonly isListed: boolean;
}

/** The elements of a body's lists. DRS lists its tasks under `results` in its table, and under `jobs` in its example. */
export const listedIn = (body: Json): readonly Json[] =>
  isObject(body)
    ? [body.results, body.jobs].flatMap((list): readonly Json[] =>
        Array.isArray(list) ? list : [],
      )
    : [];

/** The elements of a body that is an array, or the body itself. */
export const elementsOf = (body: Json): readonly Json[] => (Array.isArray(body) ? body : [body]);

/** The rows of a body's lists, or its elements. A body without any has one row that is null: then the status speaks. */
export const rowsOf = (body: Json): Rows => {
  const listed = listedIn(body);
  if (listed.length > 0) return { rows: listed, isListed: true };
  const elements = elementsOf(body);
  return { rows: elements.length > 0 ? elements : [null], isListed: false };
};

/** Whether a row tells of a job and of no refusal: it claims success, or shows the status that the job has. */
export const tellsOfJob = (row: Json, isListed: boolean): boolean => {
  if (!isObject(row)) return false;
  const { is_success: success, status } = row;
  if (success === true || (typeof success === 'string' && /^true$/i.test(success))) return true;
  return isListed && typeof status === 'string' && !/^(failed)?$/i.test(status);
};

const isFilled = (field: Json | undefined): boolean => typeof field === 'string' && field !== '';

/** Whether a service writes rows so: with a claim, a code or a job's detail; in a list, also with an id or a status. */
const isServicesRow = (row: Json, isListed: boolean): boolean => {
  if (!isObject(row)) return false;
  const { is_success: success, error_code: code, job_detail: detail, id, job_id, status } = row;
  if (typeof success === 'boolean' || isFilled(success) || isFilled(code)) return true;
  return isListed ? [id, job_id, status].some(isFilled) : isObject(detail);
};

const isEmptyList = (body: Json): boolean =>
  Array.isArray(body)
    ? body.length === 0
    : isObject(body) && [body.results, body.jobs].some(Array.isArray);

/** Only an intermediary gives these statuses: redirects, and a proxy's request for a password. */
const isIntermediarys = (status: number): boolean =>
  (status >= 300 && status < 400) || status === 407;

/**
 * Whether a reply is the service's or its gateway's, by its shape: it has a row as one of them writes it. A list without
 * rows counts only beside a status of success.
 */
export const isServices = (status: number, body: Json, { rows, isListed }: Rows): boolean => {
  if (isIntermediarys(status)) return false;
  return rows.some((row) => isServicesRow(row, isListed)) || (status < 300 && isEmptyList(body));
};
