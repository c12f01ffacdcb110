import { isObject, type Json, type JsonObject } from '../../json/json.ts';
import { listedIn } from '../../reply/rows.ts';

/** The first of these that is a text. */
export const textOf = (...candidates: readonly (Json | undefined)[]): string =>
  candidates.find((candidate) => typeof candidate === 'string') ?? '';

/** The rows of a reply, one for each task. */
export const taskRowsOf = (body: Json): readonly JsonObject[] => listedIn(body).filter(isObject);

export const idOf = (element: JsonObject): string => textOf(element.id, element.job_id);
