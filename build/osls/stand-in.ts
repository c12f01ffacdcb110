import * as v from 'valibot';

const ref = v.object({ Ref: v.string() });

/** Stands for what CloudFormation puts in place of a `Ref`: of a queue it is the URL, of nearly all else the name. */
export const standIn = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : `https://sqs.example.com/123456789012/${v.parse(ref, value).Ref}`;
