import {
  asProblemDetails,
  asVendorError,
  invalid,
  problemOf,
} from '../../shared/accept/problem.ts';
import { PROBLEM_TYPES } from '../../shared/accept/problem-types.ts';

/** How the answers of a route are written. */
export type Shape = 'problem' | 'vendor';

const schema = (name: string) => ({ schema: { $ref: `#/components/schemas/${name}` } });

const header = (name: string) => ({ $ref: `#/components/headers/${name}` });

/** The headers of each answer of ours. */
export const idHeaders = {
  'X-Request-Id': header('X-Request-Id'),
  'X-Intent-Id': header('X-Intent-Id'),
};

const ID = '019bd2a1-7f00-7000-8000-000000000000';

const EXAMPLE = invalid([{ pointer: '#/jobs', detail: 'must name at least one job' }]);

/** Statuses that API Gateway answers with too, in its own shape and without our headers. */
const OF_GATEWAY: readonly number[] = [413, 429, 500, 503];

/** Types of problems by their status. */
const BY_STATUS = Map.groupBy(Object.entries(PROBLEM_TYPES), ([, { status }]) => status);

/** Statuses that say when to send the request again. */
const MAY_COME_BACK: readonly number[] = [409, 429, 503];

const contentOf = (shape: Shape, status: number) => {
  const isOfGateway = OF_GATEWAY.includes(status);
  if (shape === 'vendor')
    return {
      'application/json': isOfGateway
        ? { schema: { anyOf: [schema('VendorError').schema, schema('GatewayError').schema] } }
        : {
            ...schema('VendorError'),
            ...(status === 400 && { example: asVendorError(EXAMPLE, 'drs').body }),
          },
    };
  return {
    'application/problem+json': {
      ...schema('Problem'),
      ...(status === 400 && { example: asProblemDetails(EXAMPLE, `urn:uuid:${ID}`).body }),
    },
    ...(isOfGateway && { 'application/json': schema('GatewayError') }),
  };
};

const headersOf = (status: number) => ({
  ...(OF_GATEWAY.includes(status) ? {} : idHeaders),
  ...(status === 401 && { 'WWW-Authenticate': header('WWW-Authenticate') }),
  ...(MAY_COME_BACK.includes(status) && { 'Retry-After': header('Retry-After') }),
});

/** The answers to a request that was not taken: one for each status of a problem, and those of API Gateway. */
export const refusals = (shape: Shape): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...BY_STATUS].map(([status, types]) => [
      status,
      {
        description: types
          .map(([type, { title }]) => `${title}: docs/problems.md#${type}.`)
          .join(' '),
        headers: headersOf(status),
        content: contentOf(shape, status),
      },
    ]),
  );

/** 404, if the caller has no intent of that id. */
export const noSuchIntent = {
  description: 'The caller has no intent with this id.',
  headers: idHeaders,
  content: contentOf('problem', 404),
};

/** 501, in the vendor's shape. */
export const notOffered = {
  description: 'A call of the vendor’s that job-fanin does not offer. Send it to the vendor.',
  headers: idHeaders,
  content: {
    'application/json': {
      ...schema('VendorError'),
      example: asVendorError(
        { ...problemOf('internal-error', 'Of the vendor’s calls job-fanin offers …'), status: 501 },
        'dli',
      ).body,
    },
  },
};
