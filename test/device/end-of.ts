import type { Transport } from "../../host/device/transport.js";

/** The reason with which a line ends. */
export function endOf(line: Transport): Promise<string> {
  return new Promise((resolve) => line.onEnd(resolve));
}

/** The next piece of what a line brings, as text. */
export function nextText(line: Transport): Promise<string> {
  return new Promise((resolve) => line.onData((bytes) => resolve(Buffer.from(bytes).toString())));
}
