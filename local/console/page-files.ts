import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';

const FOLDER = new URL('./page/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Only files of the page itself run or load, and no text becomes markup (Trusted Types, with no policy at all). */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
} as const;

const NAME = /^\/console\/([a-z-]+\.(css|js|svg))$/;

const fileOf = (path: string): string | undefined =>
  path === '/' ? 'index.html' : NAME.exec(path)?.[1];

/**
 * Answers for the page at `/` and its files under `/console/`. They hold nothing of the stack, so every client may read
 * them. False if the path is for none of them.
 */
export const answerPage = async (
  method: string,
  path: string,
  response: ServerResponse,
): Promise<boolean> => {
  const name = fileOf(path);
  if (name === undefined || !['GET', 'HEAD'].includes(method)) return false;
  const bytes = await readFile(new URL(name, FOLDER)).catch(() => undefined);
  if (bytes === undefined) return false;
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  response.writeHead(200, { ...HEADERS, 'content-type': type, 'content-length': bytes.length });
  response.end(method === 'HEAD' ? undefined : bytes);
  return true;
};
