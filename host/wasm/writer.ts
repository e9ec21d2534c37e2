/** Unsigned LEB128 encoding (WebAssembly core specification, 5.2.2). */
export function encodeLeb128(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    bytes.push(value === 0 ? low : low | 0x80);
  } while (value !== 0);
  return bytes;
}

/** Signed LEB128 encoding of an int32 (WebAssembly core specification, 5.2.2). */
export function encodeSignedLeb128(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    if (value === (low & 0x40 ? -1 : 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** Bytes one after another. */
export function concatenate(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes behind their length. */
export function sized(contents: Uint8Array): Uint8Array {
  return concatenate([encodeLeb128(contents.length), contents]);
}

/** A name: its length, then UTF-8. */
export function encodeName(name: string): Uint8Array {
  return sized(new TextEncoder().encode(name));
}

/** A vector: the number of items, then the items. */
export function vector(items: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return concatenate([encodeLeb128(items.length), ...items]);
}

/** A section; nothing at all where it would be empty. */
export function section(id: number, items: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return items.length === 0 ? new Uint8Array(0) : concatenate([[id], sized(vector(items))]);
}
