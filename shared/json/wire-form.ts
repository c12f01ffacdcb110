import * as v from 'valibot';

/** A JSON Schema. Whole numbers beyond 2^53 are bigints. */
export type JsonSchema = { readonly [key: string]: unknown };

/** Turns an inner schema into its JSON Schema. */
export type WriteSchema = (schema: v.GenericSchema) => JsonSchema;

/** What a schema takes over the wire. Written only when the published documents are made, so it costs no cold start. */
class WireForm {
  readonly write: (of: WriteSchema) => JsonSchema;

  constructor(write: (of: WriteSchema) => JsonSchema) {
    this.write = write;
  }
}

/** Says what a schema takes, where its checks are code that no converter can read. */
export const wireForm = <T>(write: (of: WriteSchema) => JsonSchema) =>
  v.metadata<T, { readonly wireForm: WireForm }>({ wireForm: new WireForm(write) });

/** What a schema says of itself. Undefined if it says nothing. */
export const wireFormOf = (schema: v.GenericSchema): WireForm | undefined => {
  const form: unknown = Reflect.get(v.getMetadata(schema), 'wireForm');
  return form instanceof WireForm ? form : undefined;
};
