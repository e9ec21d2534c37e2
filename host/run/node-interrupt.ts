import { createContext, Script } from "node:vm";
import { type Interrupt, TimeOver } from "./limit.js";

const script = new Script("work()");

/** Interrupts JavaScript and WebAssembly that V8 runs. Entering it takes about a tenth of a millisecond. */
export const interruptNode: Interrupt = <T>(millis: number, work: () => T): T => {
  const context = createContext({ work });
  try {
    return script.runInContext(context, { timeout: Math.max(1, Math.ceil(millis)) }) as T;
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw code === "ERR_SCRIPT_EXECUTION_TIMEOUT" ? new TimeOver() : error;
  }
};
