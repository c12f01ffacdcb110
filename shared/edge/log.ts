import type { Log } from '../core/log.ts';

/**
 * Structured lines on the console. Lambda's own JSON format (`asObject`) takes an object, adds time, level and request
 * id, and filters by level; anywhere else a line is the object's JSON.
 */
export const makeLog = ({ asObject }: { asObject: boolean }, out = console): Log => {
  const shape = (event: string, fields: object): unknown =>
    asObject ? { event, ...fields } : JSON.stringify({ event, ...fields });
  return {
    info: (event, fields) => out.info(shape(event, fields)),
    warn: (event, fields) => out.warn(shape(event, fields)),
  };
};
