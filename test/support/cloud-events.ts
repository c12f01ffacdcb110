import { PROJECT } from './messages.ts';

/** The attributes of the specification's examples: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#32-examples */
export const ATTRIBUTES = {
  specversion: '1.0',
  type: 'com.example.someevent',
  source: '/mycontext',
  id: 'C234-1234-1234',
  time: '2018-04-05T17:31:00Z',
  comexampleextension1: 'value',
  comexampleothervalue: 5,
  datacontenttype: 'application/json',
};

export const WISH = { operation: 'dli.stop', project_id: PROJECT, jobs: ['131'] };

/** A CloudEvent without a time, so that it is fresh at any. */
export const cloudEventOf = (data: unknown = WISH, more: object = {}) => {
  const { time: _, ...attributes } = ATTRIBUTES;
  return { ...attributes, data, ...more };
};
