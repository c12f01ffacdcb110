import type { Route } from './route.ts';

/** `GET /openapi.json`: the description of every route, as JSON text. It needs no proof. */
export const documentRoute = (read: () => Promise<string>): Route => ({
  method: 'GET',
  path: '/openapi.json',
  admits: 'anyone',
  handle: async () => ({ ok: true, answer: { status: 200, body: undefined, text: await read() } }),
});
