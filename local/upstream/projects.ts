import { sha256 } from '../../shared/callers/digest.ts';

/** The project that a client asks for where it names none: each region has one by its own name. */
export const HOME_REGION = 'eu-de';

/** As the vendor's ids look: 32 hex digits. */
const idOf = (name: string): string => sha256(name).slice(0, 32);

const isId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);

export interface Project {
  readonly id: string;
  readonly name: string;
}

/**
 * The projects that a caller who may use these, or any if undefined, finds by a name. A name of 32 hex digits, or of a
 * project that is listed, is an id too. Any other name is a region's: its project is the first that is listed, or one
 * whose id is made of the name.
 */
export const projectsNamed = (
  listed: readonly string[] | undefined,
  name: string | null,
): readonly Project[] => {
  if (name === null)
    return (listed ?? [idOf(HOME_REGION)]).map((id) => ({
      id,
      name: listed === undefined ? HOME_REGION : id,
    }));
  if (listed === undefined) return [{ id: isId(name) ? name : idOf(name), name }];
  const [id] = listed.includes(name) ? [name] : isId(name) ? [] : listed;
  return id === undefined ? [] : [{ id, name }];
};

/** Domains and users have ids of the same look. */
export const idOfName = (...names: readonly string[]): string => idOf(JSON.stringify(names));
