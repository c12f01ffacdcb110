import { randomUUID } from 'node:crypto';

/** What goes back over the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Where it names the request, it is made when the id of the request is known. */
  readonly body: string | ((requestId: string) => string);
}

/** A JSON body from its text, for those with integers beyond 2^53, which `JSON.stringify` would need as doubles. */
export const jsonText = (status: number, body: Reply['body']): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body,
});

export const json = (status: number, body: unknown): Reply =>
  jsonText(status, JSON.stringify(body));

/** The error shape of both services: `{error_code, error_msg}`. */
export const errorReply = (status: number, code: string, message: string): Reply =>
  json(status, { error_code: code, error_msg: message });

/** The error shape of the API gateway before both services, which names the request as `X-Request-Id` does. */
export const gatewayError = (status: number, code: string, message: string): Reply =>
  jsonText(status, (requestId) =>
    JSON.stringify({ error_msg: message, error_code: code, request_id: requestId }),
  );

/** The error shape of IAM. */
export const iamError = (code: number, message: string, title: string): Reply =>
  json(code, { error: { code, message, title } });

/** An id for a request whose sender gave none. */
export const makeRequestId = (): string => randomUUID().replaceAll('-', '');

/** What a proxy on the way says in place of the service: nothing about any job. */
export const htmlReply: Reply = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>',
};

export const emptied = ({ status }: Reply): Reply => ({ status, headers: {}, body: '' });
