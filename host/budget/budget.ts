import { WasmoteError } from "../errors.js";

/** What a model may take. */
export interface Budget {
  /** RAM of the board in all: linear memory, interpreter, firmware and stacks, in bytes. */
  ram?: number;
  /** Flash of the model's file, in bytes. */
  flash?: number;
  /** Time of an inference, in milliseconds. */
  latency?: number;
}

const units: Readonly<Record<keyof Budget, Readonly<Record<string, number>>>> = {
  ram: { "": 1, b: 1, k: 1024, kb: 1024, m: 1024 ** 2, mb: 1024 ** 2 },
  flash: { "": 1, b: 1, k: 1024, kb: 1024, m: 1024 ** 2, mb: 1024 ** 2 },
  latency: { ms: 1, s: 1000 },
};

/**
 * A budget as it is written on the command line: "ram=96k,flash=512k,latency=50ms".
 *
 * @throws `budget-invalid` for what is none
 */
export function parseBudget(text: string): Budget {
  const budget: Budget = {};
  for (const part of text.split(",")) {
    const [, given = "", amount = "", unit = ""] =
      /^\s*(\w+)\s*=\s*([\d.]+)\s*([a-z]*)\s*$/i.exec(part) ?? [];
    const name = given.toLowerCase();
    const factor = Object.hasOwn(units, name) ? units[name as keyof Budget][unit.toLowerCase()] : undefined;
    const value = Number(amount) * (factor ?? Number.NaN);
    if (!(value > 0) || !Number.isFinite(value)) {
      throw new WasmoteError(
        "budget-invalid",
        `"${part}"; budgets are like ram=96k, flash=512k, latency=50ms`,
      );
    }
    if (budget[name as keyof Budget] !== undefined) throw new WasmoteError("budget-invalid", `${name} twice`);
    budget[name as keyof Budget] = Math.floor(value);
  }
  return budget;
}
