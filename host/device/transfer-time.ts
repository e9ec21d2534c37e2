import { WasmoteError } from "../errors.js";

/** How long a transfer of several requests may take in all, however promptly each of them is answered. */
export interface TransferTime {
  /** For a transfer of any length, in milliseconds. */
  baseMillis: number;
  /** Slowest that a line may be. */
  bytesPerSecond: number;
}

/** A line of 9600 baud carries 700 bytes a second in base64. */
export const defaultTransferTime: TransferTime = { baseMillis: 60_000, bytesPerSecond: 250 };

/**
 * Starts the time of a transfer. The function that it gives throws `board-slow` once that time is over; it is called
 * before each request.
 *
 * @param what the transfer, for a person
 * @param length of the transfer in bytes
 * @param now a clock in milliseconds
 */
export function startTransfer(
  { baseMillis, bytesPerSecond }: TransferTime,
  what: string,
  length: number,
  now: () => number = () => performance.now(),
): () => void {
  const millis = baseMillis + (length * 1000) / bytesPerSecond;
  const end = now() + millis;
  return () => {
    if (now() <= end) return;
    throw new WasmoteError("board-slow", `${what} of ${length} bytes took more than ${millis / 1000} s`);
  };
}
