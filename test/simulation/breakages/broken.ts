import { isObject, type Json } from '../../../shared/json/json.ts';
import type { Breakage } from '../simulate.ts';

/** A control loop with one defect. The oracles must see at least one of these promises broken. */
export interface Broken {
  /** The first seed; 1 by default. Where few histories show the defect, the search begins a little before one that does. */
  readonly from?: number;
  readonly name: string;
  readonly breaks: readonly string[];
  readonly breakage: Breakage;
}

/** Changes a JSON text. Large numbers may be rounded. */
export const rewritten = (
  text: string,
  change: (value: { [key: string]: Json }) => void,
): string => {
  const value: Json = JSON.parse(text);
  if (!isObject(value)) return text;
  const copy = { ...value };
  change(copy);
  return JSON.stringify(copy);
};
