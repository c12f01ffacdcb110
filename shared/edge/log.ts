import type { Log } from '../json/log.ts';

export interface LogOptions {
  /** For Lambda's own JSON format, which takes an object and adds time, level and request id; else a line is its JSON. */
  readonly asObject: boolean;
  /** The least that is written. */
  readonly level: 'info' | 'warn';
}

/** Structured lines on the console. */
export const makeLog = ({ asObject, level }: LogOptions, out = console): Log => {
  const shape = (event: string, fields: object): unknown =>
    asObject ? { event, ...fields } : JSON.stringify({ event, ...fields });
  return {
    info: (event, fields) => level === 'info' && out.info(shape(event, fields)),
    warn: (event, fields) => out.warn(shape(event, fields)),
  };
};
