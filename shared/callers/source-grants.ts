import * as v from 'valibot';
import { type Fault, faultsOf } from '../json/fault.ts';
import { isObject, parseJson } from '../json/json.ts';
import { ANY, type Grant } from './caller.ts';
import { grantsSchema } from './callers-document.ts';
import { missingGrant, type Wish } from './grants.ts';

/** Grants of event sources, by the name that results have for them. {@link ANY} stands for each source without its own. */
export type SourceGrants = ReadonlyMap<string, readonly Grant[]>;

export type ReadSourceGrants =
  | { readonly ok: true; readonly grants: SourceGrants }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const SOURCE = /^(direct|rule|rule:[ -~]{1,256}|\*)$/;

const refused = (...faults: readonly Fault[]): ReadSourceGrants => ({ ok: false, faults });

const faultsOfSource = (source: string): readonly Fault[] =>
  SOURCE.test(source)
    ? []
    : [{ pointer: '#', detail: 'has a key that is not direct, rule, rule:<source>, or *' }];

/** Reads `{"rule:acme.jobs": [grant, …], "direct": […], "*": […]}`. Law: every fault is named at once, by its pointer. */
export const readSourceGrants = (text: string): ReadSourceGrants => {
  const parsed = parseJson(text);
  if (!parsed.ok) return refused({ pointer: '#', detail: parsed.detail });
  if (!isObject(parsed.value)) return refused({ pointer: '#', detail: 'must be an object' });
  const read = Object.entries(parsed.value).map(
    ([source, grants]) => [source, v.safeParse(grantsSchema, grants)] as const,
  );
  const faults = read.flatMap(([source, { issues = [] }]) => [
    ...faultsOfSource(source),
    ...faultsOf(issues).map(({ pointer, detail }) => ({
      pointer: `#/${source}${pointer.slice('#'.length)}`,
      detail,
    })),
  ]);
  if (faults.length > 0) return refused(...faults);
  const grants = read.flatMap(([source, { success, output }]) =>
    success ? [[source, output] as const] : [],
  );
  return { ok: true, grants: new Map(grants) };
};

/** Which grant a source lacks for a wish. Without any grants IAM alone decides, and nothing is missing. */
export const missingSourceGrant = (
  sources: SourceGrants | undefined,
  source: string,
  wish: Wish,
): string | undefined => {
  if (sources === undefined) return undefined;
  const missing = missingGrant({ grants: sources.get(source) ?? sources.get(ANY) ?? [] }, wish);
  return missing === undefined ? undefined : `${source} has ${missing}`;
};
