import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync, gzipSync } from "node:zlib";
import { toUnit } from "./augment.ts";
import { type Digits, pixelsPerDigit, type Split } from "./data.ts";
import { npy } from "./npy.ts";

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** An 8-bit greyscale PNG of 28 by 28 pixels. */
function png(pixels: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(28, 0);
  header.writeUInt32BE(28, 4);
  header[8] = 8;
  const rows = Buffer.alloc(28 * 29);
  for (let row = 0; row < 28; row++) rows.set(pixels.subarray(row * 28, row * 28 + 28), row * 29 + 1);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The first `each` digits of every class, by class. */
export function firstOfEach(digits: Digits, each: number): Digits {
  const picks: number[] = [];
  for (let label = 0; label < 10; label++) {
    const first = digits.labels.indexOf(label);
    for (let i = 0; i < each; i++) picks.push(first + i);
  }
  const pixels = new Uint8Array(picks.length * pixelsPerDigit);
  picks.forEach((pick, i) => {
    const start = pick * pixelsPerDigit;
    pixels.set(digits.pixels.subarray(start, start + pixelsPerDigit), i * pixelsPerDigit);
  });
  return { count: picks.length, pixels, labels: Uint8Array.from(picks, (pick) => digits.labels[pick]!) };
}

/** Writes the pictures the demo, the calibration and the tests use; the README states every layout. */
export function writeSamples(split: Split, folder: string): void {
  mkdirSync(join(folder, "samples"), { recursive: true });
  mkdirSync(join(folder, "test"), { recursive: true });
  const shown = firstOfEach(split.test, 1);
  for (let label = 0; label < 10; label++) {
    const start = label * pixelsPerDigit;
    const picture = png(shown.pixels.subarray(start, start + pixelsPerDigit));
    writeFileSync(join(folder, "samples", `digit-${label}.png`), picture);
  }
  const calibration = firstOfEach(split.train, 10);
  writeFileSync(
    join(folder, "samples", "calibration.npy"),
    npy([calibration.count, 28, 28, 1], toUnit(calibration.pixels)),
  );
  const { count, pixels, labels } = split.test;
  writeFileSync(
    join(folder, "test", "images.npy.gz"),
    gzipSync(npy([count, 28, 28, 1], pixels), { level: 9 }),
  );
  writeFileSync(join(folder, "test", "labels.npy"), npy([count], labels));
}
