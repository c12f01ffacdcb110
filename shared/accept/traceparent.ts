const FORM = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The header `traceparent` of W3C Trace Context. An invalid one is ignored, as the recommendation asks. */
export const traceOf = (header = ''): { readonly traceparent?: string } =>
  FORM.test(header) ? { traceparent: header } : {};
