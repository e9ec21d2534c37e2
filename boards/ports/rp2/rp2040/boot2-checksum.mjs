/*
 * node boot2-checksum.mjs IN.bin OUT.S: pads the second-stage boot loader to 252 bytes, appends the CRC32 that the
 * RP2040's boot ROM asks for, and writes it as an assembly source that puts it into the section .boot2.
 * Source of the CRC's parameters: RP2040 data sheet, 2.8.1.3.1 "Checksum".
 */
import { readFileSync, writeFileSync } from "node:fs";

const checkedBytes = 252;
const polynomial = 0x04c11db7;

/** CRC32 with the highest bit first, initial value 0xffffffff, neither reflected nor inverted at the end. */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ polynomial : crc << 1;
  }
  return crc >>> 0;
}

const [input, output] = process.argv.slice(2);
const code = readFileSync(input);
if (code.length > checkedBytes) throw new Error(`${input}: ${code.length} bytes of ${checkedBytes}`);
const image = Buffer.alloc(checkedBytes + 4);
code.copy(image);
image.writeUInt32LE(crc32(image.subarray(0, checkedBytes)), checkedBytes);
const lines = [];
for (let at = 0; at < image.length; at += 16)
  lines.push(`    .byte ${[...image.subarray(at, at + 16)].join(", ")}`);
writeFileSync(
  output,
  `    .section .boot2, "a"\n    .global boot2_image\nboot2_image:\n${lines.join("\n")}\n`,
);
