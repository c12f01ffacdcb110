/** Thrown in place of naming every message of a batch: Lambda polls less often for a function that fails. */
export class AllRequestsRefusedError extends Error {
  static override readonly name = 'AllRequestsRefusedError';
  override readonly name = 'AllRequestsRefusedError';
}
