import { looksLike, recognise } from '../intent/foreign-payload.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import { serviceOf } from '../operations/services.ts';

/** The parts of an API Gateway event that we read, in any payload version. */
export interface HttpEvent {
  readonly method: string;
  /** Without the stage and the base path. */
  readonly path: string;
  /** Each form of the path that the client may have signed, the one that came first. */
  readonly paths: readonly string[];
  /** The raw query string, without its question mark. */
  readonly query: string;
  /** Names in lower case. Repeated headers, in whatever case, are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The address that the request comes from, as API Gateway tells it. */
  readonly source?: string | undefined;
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

const asSent = (name: string): string => name;
const inLowerCase = (name: string): string => name.toLowerCase();

/** All values of each field, by its name. */
const valuesOf = (
  fields: unknown,
  keyOf: (name: string) => string,
): ReadonlyMap<string, readonly string[]> => {
  const values = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(isObject(fields) ? fields : {})) {
    const key = keyOf(name);
    const texts = (Array.isArray(value) ? value : [value]).filter(isText);
    if (texts.length > 0) values.set(key, [...(values.get(key) ?? []), ...texts]);
  }
  return values;
};

/** Payload 1.0 has each repeated header twice: as a list of all values, and alone with its last value. */
const headersOf = ({ headers, multiValueHeaders }: JsonObject): Record<string, string> =>
  Object.fromEntries(
    [...valuesOf(headers, inLowerCase), ...valuesOf(multiValueHeaders, inLowerCase)].map(
      ([name, values]) => [name, values.join()],
    ),
  );

/** Payload 2.0 has the raw query. Payload 1.0 has decoded values, which are encoded again. */
const queryOf = (payload: JsonObject): string => {
  const raw = textIn(payload, 'rawQueryString');
  if (raw !== undefined) return raw;
  const values = new Map([
    ...valuesOf(payload.queryStringParameters, asSent),
    ...valuesOf(payload.multiValueQueryStringParameters, asSent),
  ]);
  return [...values]
    .flatMap(([name, texts]) =>
      texts.map(
        (text) =>
          `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(text.toWellFormed())}`,
      ),
    )
    .join('&');
};

const without = (path: string, prefix: string): string => {
  if (prefix === '' || (path !== prefix && !path.startsWith(`${prefix}/`))) return path;
  return path.slice(prefix.length) || '/';
};

/** The path with and without the API's stage and the base path of its custom domain, the shortest first. */
const formsOf = (path: string, stage: string, basePath: string): readonly string[] => {
  const unbased = without(path, basePath);
  return [without(unbased, stage), unbased, without(path, stage), path];
};

/**
 * The path of a route. API Gateway includes or omits the stage and the base path, depending on the kind of API and the
 * domain's mapping. So we try to remove both, then one, then none, and take the first result that is a known path.
 * Sources: powertools-lambda-python issue 621 and pull request 579, serverless-express issues 653 and 465, lambda-api issue 136.
 */
const pathOf = (forms: readonly string[], { isKnown }: ReadHttpEventOptions): string =>
  forms.find((one) => isKnown(one) || serviceOf(one) !== undefined) ?? forms[0] ?? '/';

/**
 * API Gateway may have removed what the client has signed, so it is put back too. A REST API has the path as it was sent,
 * with its stage, in the context alone.
 */
const signedPathsOf = (
  raw: string,
  forms: readonly string[],
  basePath: string,
  sent: string,
): readonly string[] => [
  ...new Set([raw, ...forms, `${basePath}${forms[0]}`, ...(sent.endsWith(raw) ? [sent] : [])]),
];

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
  const identity = isObject(context.identity) ? context.identity : {};
  const raw = (textIn(payload, 'rawPath') ?? textIn(payload, 'path'))?.replace(/^$/, '/');
  const method = textIn(http, 'method') ?? textIn(payload, 'httpMethod');
  if (raw === undefined || !method || 'elb' in context) return unreadable(payload);
  const forms = formsOf(raw, `/${textIn(context, 'stage') ?? '$default'}`, options.basePath);
  return {
    ok: true,
    event: {
      method,
      path: pathOf(forms, options),
      paths: signedPathsOf(raw, forms, options.basePath, textIn(context, 'path') ?? ''),
      query: queryOf(payload),
      headers: headersOf(payload),
      source: textIn(http, 'sourceIp') ?? textIn(identity, 'sourceIp'),
      body: textIn(payload, 'body') ?? '',
      isBase64Encoded: payload.isBase64Encoded === true,
    },
  };
};
