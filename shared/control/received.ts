/** A message as the queue gave it. */
export interface Received {
  readonly messageId: string;
  readonly body: string;
  /** How often the queue has given it, this time included. */
  readonly receiveCount: number;
  /** When the queue took it, in milliseconds since 1970. */
  readonly sentAt?: number | undefined;
}
