import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { FunctionError } from '../host/environment.ts';
import type { HostedFunction } from '../host/function.ts';

export type FunctionName = 'accept-http' | 'accept-event' | 'control-jobs';

export type Functions = Readonly<Record<FunctionName, HostedFunction>>;

const invocationPath = /^\/2015-03-31\/functions\/([\w-]+)\/invocations$/;

/**
 * Lambda's Invoke API, request and response, so that any Lambda client can play "another function". Undefined if the
 * request is not for it. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export const answerInvoke = async (
  request: IncomingMessage,
  body: Buffer,
  functions: Functions,
): Promise<APIGatewayProxyStructuredResultV2 | undefined> => {
  const name = invocationPath.exec(request.url?.split('?')[0] ?? '')?.[1];
  if (name === undefined || request.method !== 'POST') return undefined;
  if (!isFunctionName(name, functions))
    return lambdaFault(404, 'ResourceNotFoundException', `Function not found: ${name}`);
  let event: unknown;
  try {
    event = JSON.parse(body.toString() || '{}');
  } catch {
    return lambdaFault(
      400,
      'InvalidRequestContentException',
      'Could not parse request body into json',
    );
  }
  try {
    return jsonResult(200, await functions[name].invoke(event));
  } catch (error) {
    if (error instanceof RangeError)
      return lambdaFault(400, 'InvalidRequestContentException', 'The payload nests too deep');
    if (!(error instanceof FunctionError)) throw error;
    const { errorType, message: errorMessage } = error;
    return jsonResult(200, { errorType, errorMessage }, { 'x-amz-function-error': 'Unhandled' });
  }
};

const isFunctionName = (name: string, functions: Functions): name is FunctionName =>
  Object.hasOwn(functions, name);

/** A result of Lambda's API. */
export const jsonResult = (
  statusCode: number,
  body: unknown,
  headers: Record<string, string> = {},
): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** An error of Lambda's API. */
export const lambdaFault = (statusCode: number, type: string, Message: string) =>
  jsonResult(statusCode, { Type: 'User', Message }, { 'x-amzn-errortype': type });
