import { isObject } from '../../shared/json/json.ts';
import type { Random } from '../simulation/random.ts';

const ODD: readonly unknown[] = [undefined, null, 0, 1, true, '', 'text', [], ['a'], {}, { a: 1 }];

const PLACES: readonly (readonly string[])[] = [
  ['version'],
  ['rawPath'],
  ['path'],
  ['httpMethod'],
  ['rawQueryString'],
  ['queryStringParameters'],
  ['headers'],
  ['headers', 'content-type'],
  ['headers', 'authorization'],
  ['multiValueHeaders'],
  ['multiValueHeaders', 'Authorization'],
  ['requestContext'],
  ['requestContext', 'http'],
  ['requestContext', 'http', 'method'],
  ['requestContext', 'stage'],
  ['body'],
  ['isBase64Encoded'],
];

const put = (target: unknown, [key = '', ...rest]: readonly string[], value: unknown): unknown => {
  const object = isObject(target) ? target : {};
  return { ...object, [key]: rest.length === 0 ? value : put(object[key], rest, value) };
};

/** An event as no service of AWS makes it: with a field of another type, or with the wrong word on its body. */
export const spoil = (event: unknown, random: Random): unknown => {
  if (!isObject(event)) return event;
  if (random.chance(0.3)) return put(event, ['isBase64Encoded'], event.isBase64Encoded !== true);
  return put(event, random.pick(PLACES), ODD[random.between(0, ODD.length - 1)]);
};
