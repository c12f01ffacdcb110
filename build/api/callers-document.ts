import { callersSchema } from '../../shared/callers/callers-document.ts';
import { jsonSchemaOf } from './json-schema-of.ts';

/** The JSON Schema of the secret with the callers. */
export const callersDocument = (): unknown => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Callers',
  description:
    'Who may call, by which proofs, and what each caller may do. It is the value of a secret in AWS Secrets Manager, or a file.',
  ...jsonSchemaOf(callersSchema),
});
