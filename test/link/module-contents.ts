/** How many items the sections of a valid module have, and how deep blocks nest in its last function. */
export interface ModuleContents {
  functions: number;
  globals: number;
  types: number;
  /** Bytes of the code of each function, with its locals. */
  codes: Uint8Array[];
}

function readLeb(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++] as number;
    value += (byte % 128) * scale;
    if (byte < 128) return [value, at];
  }
}

/** What a valid module contains, read apart from host/wasm. */
export function moduleContents(module: Uint8Array): ModuleContents {
  const counts = new Map<number, number>();
  const codes: Uint8Array[] = [];
  for (let at = 8; at < module.length; ) {
    const id = module[at] as number;
    const [length, start] = readLeb(module, at + 1);
    let [count, item] = readLeb(module, start);
    if (id !== 0) counts.set(id, count);
    for (; id === 10 && count > 0; count--) {
      const [bytes, code] = readLeb(module, item);
      item = code + bytes;
      codes.push(module.subarray(code, item));
    }
    at = start + length;
  }
  return {
    functions: counts.get(3) ?? 0,
    globals: counts.get(6) ?? 0,
    types: counts.get(1) ?? 0,
    codes,
  };
}
