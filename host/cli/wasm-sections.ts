/** A section of a WebAssembly module. */
export interface Section {
  /** Its kind, or a custom section's own name. */
  name: string;
  /** Where its contents start in the file. */
  offset: number;
  /** Size of its contents. */
  bytes: number;
}

const kinds = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "data count",
];

/**
 * Lists all sections of a module that is valid (`WebAssembly.validate`), in the file's order.
 * Source: WebAssembly core specification, 5.5.2.
 */
export function listSections(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = 8; at < module.length; ) {
    const id = module[at]!;
    const [size, start] = readLeb128(module, at + 1);
    const [nameLength, nameStart] = id === 0 ? readLeb128(module, start) : [0, start];
    const name =
      id === 0
        ? new TextDecoder().decode(module.subarray(nameStart, nameStart + nameLength))
        : (kinds[id] ?? `section ${id}`);
    const offset = nameStart + nameLength;
    at = start + size;
    sections.push({ name, offset, bytes: at - offset });
  }
  return sections;
}

function readLeb128(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}
