/** The one thing of dynalite that is used here; it comes without types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  export default function dynalite(options: {
    /** Milliseconds that a table stays in the state of being made, or deleted. */
    readonly createTableMs: number;
    readonly deleteTableMs: number;
  }): Server;
}
