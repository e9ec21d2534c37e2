import { endChild, startChild } from "../tools/children.js";
import { Ending } from "./ending.js";
import type { Transport } from "./transport.js";

const shownBytes = 2000;

/**
 * A line to a program that this starts: its stdin and stdout. It is ended with the line, and with this process.
 *
 * @param name what errors call it
 * @param onEnd done once when it has ended; must not wait for anything
 */
export function processTransport(
  name: string,
  program: string,
  args: readonly string[],
  onEnd?: () => void,
): Transport {
  const child = startChild(program, args, { onEnd });
  let stderr = "";
  const ending = new Ending();
  child.stderr?.on("data", (bytes: Buffer) => {
    stderr = `${stderr}${bytes.toString("utf8")}`.slice(-shownBytes);
  });
  child.once("error", (error) => ending.reach(`it cannot be started: ${error.message}`));
  child.once("close", (code, signal) => {
    const said = stderr.trim();
    ending.reach(`it ended with ${signal ?? `code ${code}`}${said === "" ? "" : `: ${said}`}`);
  });
  return {
    name,
    write: (bytes) => {
      if (!ending.reached) child.stdin?.write(bytes);
    },
    onData: (listener) => {
      child.stdout?.removeAllListeners("data");
      child.stdout?.on("data", listener);
    },
    onEnd: (listener) => ending.tell(listener),
    close: () => {
      ending.close();
      return endChild(child);
    },
  };
}
