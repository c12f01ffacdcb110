import * as v from 'valibot';
import { faultsOf } from '../json/fault.ts';
import { isProjectId, type Operation, PROJECT_ID_RULE } from '../operations/operation.ts';
import type { ReadRequest } from './request.ts';

/** Reads the vendor's own request to one operation. The project id comes from the path. */
export const readVendorRequest = (
  row: Operation,
  projectId: unknown,
  body: unknown,
): ReadRequest => {
  const read = v.safeParse(row.request, body);
  const faults = read.success ? [] : faultsOf(read.issues);
  if (!isProjectId(projectId)) {
    return { ok: false, faults: [{ pointer: '{project_id}', detail: PROJECT_ID_RULE }, ...faults] };
  }
  return read.success
    ? { ok: true, request: { operation: row.name, project_id: projectId, ...read.output } }
    : { ok: false, faults };
};
