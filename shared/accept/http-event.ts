import { looksLike, recognise } from '../intent/foreign-payload.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import { serviceOf } from '../operations/vendor-path.ts';

/** The parts of an API Gateway event that we read, in any payload version. Header names are as sent. */
export interface HttpEvent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

export type ReadHttpEvent =
  | { readonly ok: true; readonly event: HttpEvent }
  | { readonly ok: false; readonly detail: string };

const unreadable = (payload: unknown): ReadHttpEvent => {
  const foreign = recognise(payload);
  return {
    ok: false,
    detail: foreign
      ? looksLike(foreign)
      : 'is not an HTTP event: accept-http takes those of an HTTP API, a REST API or a function URL',
  };
};

const isText = (value: unknown): value is string => typeof value === 'string';

const textIn = (object: JsonObject, key: string): string | undefined => {
  const value = object[key];
  return isText(value) ? value : undefined;
};

/** Payload 1.0 has each repeated header twice: as a list of all values, and alone with its last value. */
const headersOf = ({ headers, multiValueHeaders }: JsonObject): Record<string, string> => {
  const alone = Object.entries(isObject(headers) ? headers : {});
  const lists = Object.entries(isObject(multiValueHeaders) ? multiValueHeaders : {});
  return Object.fromEntries(
    [...alone, ...lists].flatMap(([name, value]) => {
      const text = Array.isArray(value) ? value.filter(isText).join() : value;
      return isText(text) ? [[name, text] as const] : [];
    }),
  );
};

const without = (path: string, prefix: string): string => {
  if (prefix === '' || (path !== prefix && !path.startsWith(`${prefix}/`))) return path;
  return path.slice(prefix.length) || '/';
};

/**
 * The path without the API's stage and the base path of its custom domain. API Gateway includes or omits either of them,
 * depending on the kind of API and the domain's mapping. So we try to remove both, then one, then none, and take the
 * first result that is a known path.
 * Sources: powertools-lambda-python issue 621 and pull request 579, serverless-express issues 653 and 465, lambda-api issue 136.
 */
const pathOf = (
  path: string,
  stage: string,
  { basePath, isKnown }: ReadHttpEventOptions,
): string => {
  const unbased = without(path, basePath);
  const bare = without(unbased, stage);
  const candidates = [bare, unbased, without(path, stage), path];
  return candidates.find((one) => isKnown(one) || serviceOf(one) !== undefined) ?? bare;
};

export interface ReadHttpEventOptions {
  /** Such as `/jobs`, or empty. */
  readonly basePath: string;
  /** Whether a path has a route. */
  readonly isKnown: (path: string) => boolean;
}

/**
 * Reads an event of an HTTP API or a function URL (payload 2.0 or 1.0), or of a REST API. Never throws. For any other
 * payload, `detail` says what it looks like.
 */
export const readHttpEvent = (payload: unknown, options: ReadHttpEventOptions): ReadHttpEvent => {
  if (!isObject(payload)) return unreadable(payload);
  const context = isObject(payload.requestContext) ? payload.requestContext : {};
  const http = isObject(context.http) ? context.http : {};
  const raw = textIn(payload, 'rawPath') ?? textIn(payload, 'path');
  const method = textIn(http, 'method') ?? textIn(payload, 'httpMethod');
  if (raw === undefined || method === undefined || 'elb' in context) return unreadable(payload);
  return {
    ok: true,
    event: {
      method,
      path: pathOf(raw, `/${textIn(context, 'stage') ?? '$default'}`, options),
      headers: headersOf(payload),
      body: textIn(payload, 'body') ?? '',
      isBase64Encoded: payload.isBase64Encoded === true,
    },
  };
};
