/** An accept-http that does nothing: what is left is the front. */
export const handler = async () => ({ statusCode: 200, body: '{}' });
