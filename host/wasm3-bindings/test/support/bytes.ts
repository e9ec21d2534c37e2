/** An unsigned LEB128 number. */
export function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

/** A section: its number, its length and its contents. */
export function section(id: number, contents: number[]): number[] {
  return [id, ...leb(contents.length), ...contents];
}

/** A custom section. */
export function customSection(name: string, contents: number[]): number[] {
  const text = [...new TextEncoder().encode(name)];
  return section(0, [...leb(text.length), ...text, ...contents]);
}

/** A module of these sections. */
export function module(...sections: number[][]): Uint8Array {
  return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...sections.flat()]);
}

/** A module with one exported function "f" without parameters or result, of this body (its `end` included). */
export function oneFunction(body: number[]): Uint8Array {
  const code = [0, ...body];
  return module(
    section(1, [1, 0x60, 0, 0]),
    section(3, [1, 0]),
    section(7, [1, 1, 0x66, 0, 0]),
    section(10, [1, ...leb(code.length), ...code]),
  );
}

/** The bytes of a module with another section at its end. */
export function withSection(binary: Uint8Array, added: number[]): Uint8Array {
  return Uint8Array.from([...binary, ...added]);
}

/** Where the sections of a module start, the first one included; modules here have none of 128 bytes or more. */
export function sectionStarts(binary: Uint8Array): Set<number> {
  const starts = new Set<number>();
  for (let position = 8; position < binary.length; position += 2 + (binary[position + 1] as number))
    starts.add(position);
  return starts;
}
