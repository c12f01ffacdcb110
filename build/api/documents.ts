import { asyncApi } from './asyncapi.ts';
import { callersDocument } from './callers-document.ts';
import { clientTypes } from './client-types.ts';
import { resultEventDraft4 } from './draft4.ts';
import { jsonText } from './json-text.ts';
import { openApi } from './openapi.ts';
import { packedDocument } from './result-event.ts';

/** The published documents, by their path: made of the schemas that validate. */
export const documents = (): ReadonlyMap<string, string> =>
  new Map([
    ['docs/openapi.json', jsonText(openApi())],
    ['docs/asyncapi.json', jsonText(asyncApi())],
    ['docs/callers.schema.json', jsonText(callersDocument())],
    ['docs/results.schema.json', jsonText(packedDocument())],
    ['docs/result-event.draft4.json', jsonText(resultEventDraft4())],
    ['clients/typescript/src/schemas.ts', clientTypes()],
  ]);
