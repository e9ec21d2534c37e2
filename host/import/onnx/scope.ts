import { WasmoteError } from "../../errors.js";
import type { Tensor } from "../../graph/tensor.js";

/** What a name stands for: a tensor, or what could not be read, of which only that is known. */
export type Value = Tensor | "unknown";

/** Names of a graph; those of the graphs around it are known in it. */
export class Scope {
  private readonly values = new Map<string, Value>();

  constructor(private readonly around?: Scope) {}

  /** What a name stands for. Throws `model-invalid` where nothing before gives it. */
  get(name: string, node: string): Value {
    const value = this.find(name);
    if (value !== undefined) return value;
    const detail = `it reads "${name}", which nothing before gives: the nodes form a cycle or are out of order`;
    throw new WasmoteError("model-invalid", detail, { node });
  }

  find(name: string): Value | undefined {
    return this.values.get(name) ?? this.around?.find(name);
  }

  /** Gives a name its value. Throws `model-invalid` where the graph has given it one. */
  set(name: string, value: Value): void {
    if (name === "") return;
    if (this.values.has(name)) throw new WasmoteError("model-invalid", `"${name}" is given twice`);
    this.values.set(name, value);
  }
}
