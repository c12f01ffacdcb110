import type { Log } from '../../shared/json/log.ts';

/** A log that keeps its lines. */
export const keptLog = () => {
  const lines: {
    readonly level: 'debug' | 'info' | 'warn';
    readonly event: string;
    readonly fields: object;
  }[] = [];
  const log: Log = {
    debug: (event, fields) => lines.push({ level: 'debug', event, fields }),
    info: (event, fields) => lines.push({ level: 'info', event, fields }),
    warn: (event, fields) => lines.push({ level: 'warn', event, fields }),
  };
  return { log, lines };
};
