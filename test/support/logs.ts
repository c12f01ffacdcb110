import type { Log } from '../../shared/json/log.ts';

/** A log that keeps its lines. */
export const keptLog = () => {
  const lines: {
    readonly level: 'info' | 'warn';
    readonly event: string;
    readonly fields: object;
  }[] = [];
  const log: Log = {
    info: (event, fields) => lines.push({ level: 'info', event, fields }),
    warn: (event, fields) => lines.push({ level: 'warn', event, fields }),
  };
  return { log, lines };
};
