/** Thrown in place of naming every message of a batch: Lambda polls less often for a function that fails. */
export class AllRequestsRefusedError extends Error {
  override readonly name = 'AllRequestsRefusedError';
}
