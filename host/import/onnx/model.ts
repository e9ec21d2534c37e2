import { WasmoteError } from "../../errors.js";
import { maxNameBytes } from "../../graph/limits.js";
import { corrupt, MessageReader } from "./protobuf.js";

/** Graphs in each other: branches and loops in branches and loops. */
const maxDepth = 16;

/** A dimension as the file states it: a length, a name, or nothing at all. */
export type Dimension = number | string | undefined;

/** An input or output of a graph. */
export interface ValueInfo {
  name: string;
  /** Number of `TensorProto.DataType`; 0 where it is not stated. */
  elementType: number;
  /** Undefined where not even the number of axes is known. */
  shape?: Dimension[];
  /** Whether it is no tensor, but a sequence, a map or an optional. */
  isOther?: true;
}

/** A tensor's elements, in one of the ways in which a file may have them. */
export interface TensorProto {
  name: string;
  dims: number[];
  dataType: number;
  /** Bytes in little-endian order; absent where one of the lists below has the elements. */
  raw?: Uint8Array;
  floats: Uint8Array[];
  integers: Uint8Array[];
  doubles: Uint8Array[];
  /** Elements that are not packed, one field each. */
  single: number[];
  texts: string[];
  /** Where the bytes lie in another file: location, offset, length. */
  external?: Map<string, string>;
}

/** An attribute of a node; a list that the file does not have is empty. */
export interface Attribute {
  name: string;
  /** Number of `AttributeProto.AttributeType`; 0 in files of the first versions. */
  type: number;
  float?: number;
  integer?: number;
  text?: string;
  tensor?: TensorProto;
  graph?: OnnxGraph;
  floats: number[];
  integers: number[];
  texts: string[];
  /** Of a node in a function: the function's attribute that it stands for. */
  reference?: string;
}

/** A node of a graph or of a function. */
export interface NodeProto {
  name: string;
  operator: string;
  domain: string;
  overload: string;
  inputs: string[];
  outputs: string[];
  attributes: Attribute[];
}

/** A tensor most of whose elements are 0. */
export interface SparseTensor {
  values?: TensorProto;
  indices?: TensorProto;
  dims: number[];
}

/** A graph: the model's, a branch's, or a loop's body. */
export interface OnnxGraph {
  name: string;
  nodes: NodeProto[];
  initializers: TensorProto[];
  sparse: SparseTensor[];
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  values: ValueInfo[];
}

/** A function that the model brings. */
export interface OnnxFunction {
  name: string;
  domain: string;
  overload: string;
  inputs: string[];
  outputs: string[];
  nodes: NodeProto[];
  /** Values of attributes that a call leaves out. */
  defaults: Attribute[];
  versions: Map<string, number>;
}

/** An ONNX file. */
export interface OnnxModel {
  irVersion: number;
  producer: string;
  graph?: OnnxGraph;
  /** Version of each operator set, by its domain; that of ONNX itself is "". */
  versions: Map<string, number>;
  functions: OnnxFunction[];
}

/** ONNX's own domain has two names. */
function domainName(text: string): string {
  return text === "ai.onnx" ? "" : text;
}

/**
 * Reads an ONNX file. Tensors' bytes stay views of it.
 *
 * @throws `model-corrupt`, `model-too-large`
 *
 * Source: ONNX's onnx.proto3, IR versions 3 to 13.
 */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  try {
    return new ModelReader(bytes).model();
  } catch (error) {
    if (error instanceof WasmoteError) throw error;
    throw corrupt(`it is no message of Protocol Buffers: ${(error as Error).message}`);
  }
}

/** A tensor in a file of its own, as ONNX's test data has them. Throws as `readOnnx`. */
export function readTensorFile(bytes: Uint8Array): TensorProto {
  const reader = new ModelReader(bytes);
  return reader.file.file(emptyTensor(), (field, tensor) => reader.tensorField(field, tensor));
}

function emptyTensor(): TensorProto {
  return { name: "", dims: [], dataType: 0, floats: [], integers: [], doubles: [], single: [], texts: [] };
}

class ModelReader {
  readonly file: MessageReader;
  private depth = 0;

  constructor(bytes: Uint8Array) {
    this.file = new MessageReader(bytes);
  }

  model(): OnnxModel {
    const empty: OnnxModel = { irVersion: 0, producer: "", versions: new Map(), functions: [] };
    return this.file.file(empty, (field, model) => {
      if (field === 1) model.irVersion = this.file.integer();
      else if (field === 2) model.producer = this.file.text();
      else if (field === 7) model.graph = this.graph();
      else if (field === 8) this.version(model.versions);
      else if (field === 25) model.functions.push(this.function());
    });
  }

  private name(): string {
    const bytes = this.file.bytes();
    if (bytes.length > maxNameBytes) {
      const detail = `a name of ${bytes.length} bytes; up to ${maxNameBytes} are taken`;
      throw new WasmoteError("model-too-large", detail);
    }
    return new TextDecoder().decode(bytes);
  }

  private version(versions: Map<string, number>): void {
    const { domain, version } = this.file.message({ domain: "", version: 0 }, (field, set) => {
      if (field === 1) set.domain = this.name();
      else if (field === 2) set.version = this.file.integer();
    });
    versions.set(domainName(domain), version);
  }

  private graph(): OnnxGraph {
    if (++this.depth > maxDepth)
      throw new WasmoteError("model-too-large", `graphs lie in each other more than ${maxDepth} deep`);
    const empty: OnnxGraph = {
      name: "",
      nodes: [],
      initializers: [],
      sparse: [],
      inputs: [],
      outputs: [],
      values: [],
    };
    const graph = this.file.message(empty, (field, graph) => {
      if (field === 1) graph.nodes.push(this.node());
      else if (field === 2) graph.name = this.name();
      else if (field === 5) graph.initializers.push(this.tensor());
      else if (field === 11) graph.inputs.push(this.valueInfo());
      else if (field === 12) graph.outputs.push(this.valueInfo());
      else if (field === 13) graph.values.push(this.valueInfo());
      else if (field === 15) graph.sparse.push(this.sparse());
    });
    this.depth--;
    return graph;
  }

  private function(): OnnxFunction {
    const empty: OnnxFunction = {
      name: "",
      domain: "",
      overload: "",
      inputs: [],
      outputs: [],
      nodes: [],
      defaults: [],
      versions: new Map(),
    };
    return this.file.message(empty, (field, own) => {
      if (field === 1) own.name = this.name();
      else if (field === 4) own.inputs.push(this.name());
      else if (field === 5) own.outputs.push(this.name());
      else if (field === 7) own.nodes.push(this.node());
      else if (field === 9) this.version(own.versions);
      else if (field === 10) own.domain = domainName(this.name());
      else if (field === 11) own.defaults.push(this.attribute());
      else if (field === 13) own.overload = this.name();
    });
  }

  private node(): NodeProto {
    const empty: NodeProto = {
      name: "",
      operator: "",
      domain: "",
      overload: "",
      inputs: [],
      outputs: [],
      attributes: [],
    };
    return this.file.message(empty, (field, node) => {
      if (field === 1) node.inputs.push(this.name());
      else if (field === 2) node.outputs.push(this.name());
      else if (field === 3) node.name = this.name();
      else if (field === 4) node.operator = this.name();
      else if (field === 5) node.attributes.push(this.attribute());
      else if (field === 7) node.domain = domainName(this.name());
      else if (field === 8) node.overload = this.name();
    });
  }

  private attribute(): Attribute {
    const empty: Attribute = { name: "", type: 0, floats: [], integers: [], texts: [] };
    return this.file.message(empty, (field, attribute) => {
      if (field === 1) attribute.name = this.name();
      else if (field === 2) attribute.float = this.file.fields.readFloat();
      else if (field === 3) attribute.integer = this.file.integer();
      else if (field === 4) attribute.text = this.file.text();
      else if (field === 5) attribute.tensor = this.tensor();
      else if (field === 6) attribute.graph = this.graph();
      else if (field === 7) this.file.floats(attribute.floats);
      else if (field === 8) this.file.integers(attribute.integers);
      else if (field === 9) attribute.texts.push(this.file.text());
      else if (field === 20) attribute.type = this.file.integer();
      else if (field === 21) attribute.reference = this.name();
    });
  }

  private tensor(): TensorProto {
    return this.file.message(emptyTensor(), (field, tensor) => this.tensorField(field, tensor));
  }

  tensorField(field: number, tensor: TensorProto): void {
    const isPacked = this.file.fields.type === 2;
    if (field === 1) this.file.integers(tensor.dims);
    else if (field === 2) tensor.dataType = this.file.integer();
    else if (field === 4 && isPacked) tensor.floats.push(this.file.bytes());
    else if (field === 4) this.file.floats(tensor.single);
    else if ((field === 5 || field === 7 || field === 11) && isPacked)
      tensor.integers.push(this.file.bytes());
    else if (field === 5 || field === 7 || field === 11) this.file.integers(tensor.single);
    else if (field === 6) tensor.texts.push(this.file.text());
    else if (field === 8) tensor.name = this.name();
    else if (field === 9) tensor.raw = this.file.bytes();
    else if (field === 10 && isPacked) tensor.doubles.push(this.file.bytes());
    else if (field === 10) tensor.single.push(this.file.fields.readDouble());
    else if (field === 13) this.externalEntry(tensor);
    else if (field === 14 && this.file.integer() === 1) tensor.external ??= new Map();
  }

  private externalEntry(tensor: TensorProto): void {
    const { key, value } = this.file.message({ key: "", value: "" }, (field, entry) => {
      if (field === 1) entry.key = this.name();
      else if (field === 2) entry.value = this.name();
    });
    tensor.external ??= new Map();
    tensor.external.set(key, value);
  }

  private sparse(): SparseTensor {
    return this.file.message({ dims: [] } as SparseTensor, (field, sparse) => {
      if (field === 1) sparse.values = this.tensor();
      else if (field === 2) sparse.indices = this.tensor();
      else if (field === 3) this.file.integers(sparse.dims);
    });
  }

  private valueInfo(): ValueInfo {
    return this.file.message({ name: "", elementType: 0 } as ValueInfo, (field, info) => {
      if (field === 1) info.name = this.name();
      else if (field === 2) this.type(info);
    });
  }

  private type(info: ValueInfo): void {
    this.file.message(info, (field) => {
      if (field !== 1) {
        info.isOther = true;
        return;
      }
      this.file.message(info, (inner) => {
        if (inner === 1) info.elementType = this.file.integer();
        else if (inner === 2) info.shape = this.shape();
      });
    });
  }

  private shape(): Dimension[] {
    return this.file.message([] as Dimension[], (field, shape) => {
      if (field !== 1) return;
      const { length } = this.file.message({} as { length?: Dimension }, (inner, dimension) => {
        if (inner === 1) dimension.length = this.file.integer();
        else if (inner === 2) dimension.length = this.name() || undefined;
      });
      shape.push(length);
    });
  }
}
