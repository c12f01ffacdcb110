import { isObject, type Json, type JsonObject } from '../../json/json.ts';

/** The first of these that is a text. */
export const textOf = (...candidates: readonly (Json | undefined)[]): string =>
  candidates.find((candidate) => typeof candidate === 'string') ?? '';

/** The rows of a reply: under `results` in the vendor's table, under `jobs` in its example. */
export const rowsOf = (body: Json): readonly JsonObject[] =>
  isObject(body)
    ? [body.results, body.jobs]
        .flatMap((list): readonly Json[] => (Array.isArray(list) ? list : []))
        .filter(isObject)
    : [];

export const idOf = (element: JsonObject): string => textOf(element.id, element.job_id);
