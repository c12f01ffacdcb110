import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { isObject, parseJson } from '../../shared/json/json.ts';
import type { PausableMapping } from '../mapping/pausable-mapping.ts';
import { jsonResult, lambdaFault } from './invoke.ts';

/** What the stack shows of itself by Lambda's API. */
export interface LambdaApi {
  readonly mapping: Pick<PausableMapping, 'id' | 'state' | 'enable'>;
  /** The environment of control-jobs, without keys. */
  readonly settings: Readonly<Record<string, string>>;
}

const mappingPath = /^\/2015-03-31\/event-source-mappings\/([\w-]+)\/?$/;
const configurationPath = /^\/2015-03-31\/functions\/control-jobs\/configuration$/;

const mappingResult = (
  status: number,
  { id: UUID, state }: LambdaApi['mapping'],
): APIGatewayProxyStructuredResultV2 => jsonResult(status, { UUID, State: state() });

const update = (body: Buffer, mapping: LambdaApi['mapping']): APIGatewayProxyStructuredResultV2 => {
  const parsed = parseJson(body.toString());
  const enabled = parsed.ok && isObject(parsed.value) ? parsed.value.Enabled : undefined;
  if (typeof enabled !== 'boolean')
    return lambdaFault(400, 'InvalidParameterValueException', 'Enabled must be true or false');
  mapping.enable(enabled);
  return mappingResult(202, mapping);
};

/**
 * The calls of Lambda's API by which an operator pauses the queue and reads settings: GetEventSourceMapping,
 * UpdateEventSourceMapping (`Enabled` alone) and GetFunctionConfiguration. Undefined if the request is for none of them.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
 */
export const answerLambdaApi = (
  { method, url = '/' }: IncomingMessage,
  body: Buffer,
  { mapping, settings }: LambdaApi,
): APIGatewayProxyStructuredResultV2 | undefined => {
  const [path = '/'] = url.split('?', 1);
  if (method === 'GET' && configurationPath.test(path))
    return jsonResult(200, {
      FunctionName: 'control-jobs',
      Timeout: Number(settings.FUNCTION_TIMEOUT_SECONDS),
      Environment: { Variables: settings },
    });
  const id = mappingPath.exec(path)?.[1];
  if (id === undefined || !['GET', 'PUT'].includes(method ?? '')) return undefined;
  if (id !== mapping.id)
    return lambdaFault(
      404,
      'ResourceNotFoundException',
      'The resource you requested does not exist.',
    );
  return method === 'PUT' ? update(body, mapping) : mappingResult(200, mapping);
};
