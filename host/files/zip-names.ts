/** Bytes at either end of an archive in which names are looked for. */
const endBytes = 65_536;

/** Records of a ZIP archive that name a file: their signature, and where they have the name's length and the name. */
const records = [
  { signature: "PK\x03\x04", lengthAt: 26, nameAt: 30 },
  { signature: "PK\x01\x02", lengthAt: 28, nameAt: 46 },
];

/**
 * Names of files in a ZIP archive, as far as its first and last bytes have them: enough to tell what it holds, also where
 * it is cut off.
 *
 * Source: PKWARE's APPNOTE.TXT, 4.3.7 (local headers) and 4.3.12 (central directory).
 */
export function zipNames(bytes: Uint8Array): string[] {
  const names = [bytes.subarray(0, endBytes), bytes.subarray(endBytes).subarray(-endBytes)].flatMap(namesIn);
  return [...new Set(names)];
}

function namesIn(bytes: Uint8Array): string[] {
  const text = new TextDecoder("latin1").decode(bytes);
  return records.flatMap(({ signature, lengthAt, nameAt }) => {
    const names: string[] = [];
    for (let at = text.indexOf(signature); at >= 0; at = text.indexOf(signature, at + 4)) {
      const length = (bytes[at + lengthAt] ?? 0) + 256 * (bytes[at + lengthAt + 1] ?? 0);
      const name = text.slice(at + nameAt, at + nameAt + length);
      if (name !== "") names.push(name);
    }
    return names;
  });
}
