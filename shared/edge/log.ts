import type { Log } from '../json/log.ts';

export interface LogOptions {
  /** For Lambda's JSON log format: it takes objects, and adds time, level and request id. Otherwise a line is JSON text. */
  readonly asObject: boolean;
  /** The lowest level that is written. */
  readonly level: 'info' | 'warn';
}

/** Writes structured log lines to the console. */
export const makeLog = ({ asObject, level }: LogOptions, out = console): Log => {
  const shape = (event: string, fields: object): unknown =>
    asObject ? { event, ...fields } : JSON.stringify({ event, ...fields });
  return {
    info: (event, fields) => level === 'info' && out.info(shape(event, fields)),
    warn: (event, fields) => out.warn(shape(event, fields)),
  };
};
