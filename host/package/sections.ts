/** A custom section of a WebAssembly module. */
export interface CustomSection {
  name: string;
  bytes: Uint8Array;
  /** Where the bytes start in the file. */
  offset: number;
  /** Bytes of the whole section: its id, lengths and name with its contents. */
  sectionBytes: number;
}

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

/** Bytes of a custom section. */
export function encodeCustomSection(name: string, contents: Uint8Array): Uint8Array {
  const nameBytes = new TextEncoder().encode(name);
  const head = [...encodeLeb128(nameBytes.length), ...nameBytes];
  return Uint8Array.from([0, ...encodeLeb128(head.length + contents.length), ...head, ...contents]);
}

/**
 * Walks a module's sections and lists the custom ones. The module must be valid (`WebAssembly.validate`), so that
 * every length in it holds.
 */
export function customSections(module: Uint8Array): CustomSection[] {
  const sections: CustomSection[] = [];
  let at = 8;
  const readLeb128 = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = module[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < module.length) {
    const start = at;
    const id = module[at++];
    const size = readLeb128();
    const end = at + size;
    if (id === 0) {
      const length = readLeb128();
      const name = new TextDecoder().decode(module.subarray(at, at + length));
      at += length;
      sections.push({ name, bytes: module.subarray(at, end), offset: at, sectionBytes: end - start });
    }
    at = end;
  }
  return sections;
}
