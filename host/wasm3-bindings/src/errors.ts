/** What went wrong, for programs. The README says what to do about each. */
export type Wasm3ErrorCode =
  | "invalid-module"
  | "unsupported"
  | "link"
  | "trap"
  | "memory-limit"
  | "stack-overflow"
  | "not-found"
  | "argument"
  | "out-of-memory"
  | "disposed"
  | "not-built";

/** Why wasm code stopped. */
export type Trap =
  | "out-of-bounds"
  | "stack-overflow"
  | "divide-by-zero"
  | "integer-overflow"
  | "invalid-conversion"
  | "unreachable"
  | "indirect-call"
  | "time"
  | "host";

/** Every error that this package throws of itself. */
export class Wasm3Error extends Error {
  override readonly name: string = "Wasm3Error";
  readonly code: Wasm3ErrorCode;
  /** wasm3's own text, where there is one. */
  readonly detail?: string;

  constructor(code: Wasm3ErrorCode, message: string, detail?: string) {
    super(message);
    this.code = code;
    if (detail !== undefined) this.detail = detail;
  }
}

/** Wasm code stopped. The instance can be called again. */
export class TrapError extends Wasm3Error {
  override readonly name = "TrapError";
  readonly trap: Trap;

  constructor(trap: Trap, message: string, detail?: string) {
    super(trap === "stack-overflow" ? "stack-overflow" : "trap", message, detail);
    this.trap = trap;
  }
}

const traps: Record<string, { trap: Trap; message: string }> = {
  "[trap] out of bounds memory access": {
    trap: "out-of-bounds",
    message: "Memory was accessed out of bounds.",
  },
  "[trap] integer divide by zero": { trap: "divide-by-zero", message: "An integer was divided by zero." },
  "[trap] integer overflow": {
    trap: "integer-overflow",
    message: "The result of an integer division does not fit.",
  },
  "[trap] invalid conversion to integer": {
    trap: "invalid-conversion",
    message: "A floating-point number that is no integer of the wanted type was converted to it.",
  },
  "[trap] unreachable executed": { trap: "unreachable", message: "An unreachable instruction was reached." },
  "[trap] indirect call type mismatch": {
    trap: "indirect-call",
    message: "A function was called through the table with another signature than its own.",
  },
  "[trap] undefined element": {
    trap: "indirect-call",
    message: "A call through the table went beyond its end.",
  },
  "[trap] null table element": {
    trap: "indirect-call",
    message: "A call through the table met an empty element.",
  },
  "[trap] stack overflow": {
    trap: "stack-overflow",
    message: "The stack is used up: calls nest too deep. A larger stackBytes gives more (up to 65536).",
  },
  "the time is over": { trap: "time", message: "The time that was given for running is over." },
  "an import returned a value of the wrong type": {
    trap: "host",
    message: "An import returned a value of the wrong type.",
  },
};

const refusals: Record<string, { code: Wasm3ErrorCode; message: string }> = {
  "memory allocation failed": { code: "out-of-memory", message: "There is not enough memory." },
  "memory allocation failed when acquiring a new M3 code page": {
    code: "out-of-memory",
    message: "There is not enough memory for compiled code.",
  },
  "data segment out of bounds": {
    code: "memory-limit",
    message: "A data segment does not fit linear memory as it is allocated. Raise memoryLimitBytes.",
  },
  "runtime ran out of memory": {
    code: "memory-limit",
    message: "The module asks for more linear memory than its own maximum.",
  },
  "linear memory limitation exceeded": {
    code: "unsupported",
    message: "wasm3 runs modules with at most 65535 pages of linear memory.",
  },
  "missing imported function": {
    code: "link",
    message: "A function was called that calls an absent import.",
  },
  "function body is missing": { code: "link", message: "An absent import was called." },
  "argument count mismatch": { code: "argument", message: "The number of arguments is wrong." },
  "argument type mismatch": { code: "argument", message: "An argument has the wrong type." },
  "too many arguments or return values": {
    code: "unsupported",
    message: "Functions with more than one result cannot be called from JavaScript.",
  },
  "compiling function overran its stack height limit": {
    code: "unsupported",
    message: "A function has more locals and values on its stack than wasm3 can hold (about 2000).",
  },
};

/** The error for what the addon returned in place of a value: wasm3's text, a line feed, and more detail or nothing. */
export function errorFromNative(text: string): Wasm3Error {
  const [reason = "", more = ""] = text.split("\n", 2);
  const detail = more === "" ? reason : `${reason}: ${more}`;
  const trap = traps[reason];
  if (trap !== undefined)
    return new TrapError(trap.trap, more === "" ? trap.message : `${trap.message} (${more})`, detail);
  const { code, message } = refusals[reason] ?? {
    code: "unsupported",
    message: `wasm3 refuses the module: ${reason}.`,
  };
  return new Wasm3Error(code, more === "" ? message : `${message} (${more})`, detail);
}
