import { maxMemoryBytes } from "../../abi/limits.js";
import { WasmoteError } from "../../errors.js";
import { arrayTypes, type Tensor, type TensorData, tensorBytes } from "../../graph/tensor.js";

/** A resource variable of a file; its type is known once a node reads or assigns it. */
interface Resource {
  readonly container: string | undefined;
  readonly name: string;
  variable?: Tensor;
}

/**
 * The state that a file declares: resource variables, which VAR_HANDLEs name in any of its subgraphs, and tensors that are
 * marked as variables.
 */
export class Resources {
  private readonly known: Resource[] = [];
  private readonly handles = new Map<Tensor, Resource>();
  /** Tensors that are variables, and the variable that each became where a node names it. */
  private readonly marked = new Map<Tensor, Tensor | undefined>();
  private bytes = 0;

  /** Makes a tensor a handle of the resource of that name. One without a container is found in any. */
  declare(handle: Tensor, container: string | undefined, name: string): void {
    const found = this.known.find(
      (resource) =>
        resource.name === name && (container === undefined || (resource.container ?? "") === container),
    );
    const resource = found ?? { container, name };
    if (found === undefined) this.known.push(resource);
    this.handles.set(handle, resource);
  }

  /** Makes a tensor a handle of what another one is a handle of. */
  alias(handle: Tensor, of: Tensor): void {
    const resource = this.handles.get(of);
    if (resource !== undefined) this.handles.set(handle, resource);
  }

  /** Makes a tensor a variable of its own type. Of int8 it starts with its zero point, else with zeros. */
  mark(tensor: Tensor): void {
    this.marked.set(tensor, undefined);
  }

  /**
   * The variable that a tensor is, or is a handle of; undefined for any other.
   *
   * @param type of a resource, which gets its type from the first node that reads or assigns it
   * @throws `memory-exceeded` where all of them take more than a model's memory may
   */
  variable(input: Tensor | undefined, type?: Tensor): Tensor | undefined {
    if (input !== undefined && this.marked.has(input)) return this.ofMarked(input);
    const resource = input && this.handles.get(input);
    if (resource !== undefined && type !== undefined && resource.variable === undefined) {
      this.spend(type);
      resource.variable = startingAtZeroPoint({ ...type, name: resource.name || type.name });
    }
    return resource?.variable;
  }

  private ofMarked(tensor: Tensor): Tensor {
    const known = this.marked.get(tensor);
    if (known !== undefined) return known;
    this.spend(tensor);
    const variable = tensor.dtype === "int8" ? startingAtZeroPoint(tensor) : { ...tensor };
    this.marked.set(tensor, variable);
    return variable;
  }

  private spend(type: Tensor): void {
    this.bytes += tensorBytes(type);
    if (this.bytes <= maxMemoryBytes) return;
    const detail = `variables of ${this.bytes} bytes; at most ${maxMemoryBytes}`;
    throw new WasmoteError("memory-exceeded", detail);
  }
}

/** A variable all bytes of which start as its zero point's lowest, as TFLite Micro fills them; zeros without one. */
export function startingAtZeroPoint({ data: _, ...variable }: Tensor): Tensor {
  const value = (variable.quantization?.zeroPoint[0] ?? 0) & 255;
  return value === 0 ? variable : { ...variable, data: filled(variable, value) };
}

function filled(type: Tensor, value: number): TensorData {
  return new arrayTypes[type.dtype](new Uint8Array(tensorBytes(type)).fill(value).buffer);
}
