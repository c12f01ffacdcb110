import { JSON_TYPE, send } from './stack.ts';

/** Invokes a function on the wire of Lambda's Invoke API, as another function would. */
export const invokeOn = (url: string, name: string) => async (payload: string) => {
  const path = `${url}/2015-03-31/functions/${name}/invocations`;
  const { status, headers, text } = await send(path, payload, JSON_TYPE);
  return { status, error: headers['x-amz-function-error'], payload: JSON.parse(text) };
};
