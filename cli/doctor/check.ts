import { MisconfiguredError } from '../../shared/json/settings.ts';
import { explain } from '../explain.ts';
import type { Target } from '../target/target.ts';
import type { World } from '../world.ts';

/** What a check found. `warning`: it works, and a person should look at it. */
export interface Finding {
  readonly state: 'ok' | 'warning' | 'bad';
  readonly says: string;
  readonly remedy?: string | undefined;
}

/** One check of one edge. */
export interface Check {
  /** The edge, in the words of the product. */
  readonly name: string;
  /** The AWS permission that it needs. */
  readonly needs?: string;
  /** If it is bad, no other check can tell anything. */
  readonly comesFirst?: boolean;
  /** It may throw what it met: that is a finding too. */
  readonly run: () => Promise<Finding>;
}

/** What makes the checks of one subject. */
export type MakeChecks = (world: World, target: Target) => readonly Check[];

export const ok = (says: string): Finding => ({ state: 'ok', says });

export const warning = (says: string, remedy: string): Finding => ({
  state: 'warning',
  says,
  remedy,
});

export const bad = (says: string, remedy: string): Finding => ({ state: 'bad', says, remedy });

const isDenied = (error: unknown): boolean =>
  error instanceof Error && /AccessDenied|NotAuthorized|Forbidden/.test(error.name);

/** Runs a check. Law: it never rejects. What is thrown is a bad finding with a remedy. */
export const runCheck = async ({ run, needs }: Check, signal: AbortSignal): Promise<Finding> => {
  try {
    return await run();
  } catch (error) {
    if (error instanceof MisconfiguredError)
      return bad(error.message, 'mend the settings (docs/settings.md), and deploy again');
    const { what, remedy = '' } = explain(error, signal);
    const [line = ''] = what.split('\n');
    return isDenied(error) && needs !== undefined
      ? bad(line, `give your AWS user the permission ${needs}`)
      : bad(line, remedy);
  }
};
