import { readdirSync, readFileSync } from 'node:fs';
import { isObject } from '../../shared/json/json.ts';

const FOLDER = new URL('../../events/accept-http/', import.meta.url);

/** A request of `events/`, as the page sends it. */
export interface SampleRequest {
  readonly file: string;
  readonly path: string;
  readonly body: string;
}

const byNumber = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10);

/** The samples that come over HTTP with the token of a caller. Those of webhooks need a signature of their own. */
export const sampleRequests = (): readonly SampleRequest[] =>
  readdirSync(FOLDER)
    .toSorted(byNumber)
    .flatMap((file) => {
      const event: unknown = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
      if (!isObject(event) || typeof event.body !== 'string') return [];
      const path = String(event.rawPath);
      return path.includes('/hooks/') ? [] : [{ file, path, body: event.body }];
    });
