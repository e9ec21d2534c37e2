interface Engine {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
}

const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;

/** Why Node's own WebAssembly engine finds the bytes no valid module; undefined if it does not. */
export function invalidReason(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "it is empty";
  if (engine.validate(bytes)) return undefined;
  try {
    new engine.Module(bytes);
  } catch (error) {
    if (error instanceof Error) return error.message.replace(/^WebAssembly\.Module\(\): /, "");
  }
  return "the engine gives no reason";
}
