/** What a proof covers: the request as it came, before anything is decoded or parsed. */
export interface RawRequest {
  readonly method: string;
  /** The path that the client may have signed: as API Gateway sends it, and without stage and base path. */
  readonly paths: readonly string[];
  /** The raw query string, without its question mark. */
  readonly query: string;
  /** Names in lower case. Repeated headers are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The address that it comes from, as the edge tells it. No header counts: the sender writes those. */
  readonly source?: string | undefined;
  /** The raw bytes. They are bounded before any proof is checked. */
  readonly body: Uint8Array;
}
