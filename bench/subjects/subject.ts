import type { Checkout } from '../report/checkout.ts';
import type { Table } from '../report/table.ts';

export interface Options {
  /** Whether outages and full sizes are measured too. */
  readonly long: boolean;
  /** Whether a tenth of the jobs will do, to see that all works. */
  readonly quick: boolean;
  /** Older code to measure beside ours. */
  readonly against?: Checkout | undefined;
}

/** A picture for the docs, by the name of its file. */
export interface Picture {
  readonly name: string;
  readonly svg: string;
}

export interface Report {
  readonly tables: readonly Table[];
  readonly pictures?: readonly Picture[];
}

/** One subject of the bench. */
export interface Subject {
  readonly name: string;
  /** Whether it runs only with `--long`. */
  readonly onlyLong?: boolean;
  readonly measure: (options: Options) => Promise<Report>;
}
