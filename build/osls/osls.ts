import type { Node } from './fold-conditions.ts';
import type { OslsFunction } from './live-alias.ts';

/** What the plugin needs of osls, which has no types of its own. */
export interface Osls {
  readonly serviceDir: string;
  readonly service: {
    /** Its name. */
    readonly service: string;
    readonly functions: Readonly<Record<string, OslsFunction>>;
    readonly provider: {
      readonly compiledCloudFormationTemplate: Record<string, Node> & {
        Resources: Record<string, Node>;
      };
    };
  };
  readonly getProvider: (name: 'aws') => {
    readonly getRegion: () => string;
    readonly getAccountId: () => Promise<string>;
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
}

/** Options of the command line. */
export interface Options {
  readonly stage?: string;
  /** As `name=value`. */
  readonly param?: readonly string[];
}

export interface Tools {
  readonly log: { readonly notice: (line: string) => void };
}

/** How osls asks for the value of `${source:ADDRESS}`. */
export interface Asked {
  readonly address: string;
}

export interface Source<Value> {
  readonly resolve: (asked: Asked) => Promise<{ readonly value: Value }>;
}
