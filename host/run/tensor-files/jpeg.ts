import { WasmoteError } from "../../errors.js";
import { damaged } from "./damaged.js";
import { readOrientation, turn } from "./orientation.js";
import { type Pixels, requireDecodable } from "./pixels.js";

/** Scans of a progressive picture, each of which is a pass over all of its blocks; encoders write about ten. */
const maxScans = 64;
/** Samples of all components, for each of which the decoder takes some 13 bytes. */
const maxSamples = 2 ** 25;
const jpegLimits = { maxResolutionInMP: 17, maxMemoryUsageInMB: 512 };

const [startOfScan, endOfImage, applicationData1] = [0xda, 0xd9, 0xe1];
/** Markers without a segment: TEM, RST0 to RST7, SOI. */
const isBare = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
/** SOF0 to SOF15; DHT, JPG and DAC lie among them. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** What is to be known of a JPEG before it is decoded. */
interface Survey {
  width: number;
  height: number;
  /** EXIF's orientation, 1 to 8; 1 is upright. */
  orientation: number;
}

/**
 * Decodes a `.jpg`, baseline or progressive, and turns it as its EXIF orientation says.
 *
 * Throws `input-invalid` for a damaged or truncated file, `input-size` for one that is too large, by its header.
 * Source: ITU-T T.81, annex B.
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<{ pixels: Pixels; notes: string[] }> {
  const { width, height, orientation } = survey(bytes);
  requireDecodable(width, height, "jpg");
  const { decode } = (await import("jpeg-js")).default;
  let rgba: Uint8Array;
  try {
    rgba = decode(bytes, {
      useTArray: true,
      formatAsRGBA: true,
      tolerantDecoding: false,
      ...jpegLimits,
    }).data;
  } catch (error) {
    throw damaged("jpg", (error as Error).message);
  }
  const pixels = turn({ width, height, rgba }, orientation);
  return { pixels, notes: orientation === 1 ? [] : ["turned as its EXIF orientation says"] };
}

/** Walks the segments up to the end of the image. */
function survey(bytes: Uint8Array): Survey {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size: { width: number; height: number } | undefined;
  let orientation = 1;
  let scans = 0;
  for (let at = nextMarker(bytes, 0); at >= 0; at = nextMarker(bytes, at)) {
    const marker = bytes[at + 1]!;
    at += 2;
    if (marker === endOfImage) {
      if (size === undefined || scans === 0) throw damaged("jpg", "it holds no picture");
      return { ...size, orientation };
    }
    if (isBare(marker)) continue;
    if (at + 2 > bytes.length) break;
    const end = at + view.getUint16(at);
    if (end > bytes.length) break;
    const segment = bytes.subarray(at + 2, end);
    if (marker === startOfScan && ++scans > maxScans) throw damaged("jpg", `more than ${maxScans} scans`);
    if (isFrame(marker) && segment.length >= 5) {
      if (size !== undefined) throw damaged("jpg", "it holds several frames");
      size = { height: view.getUint16(at + 3), width: view.getUint16(at + 5) };
      requireDecodable(size.width, size.height, "jpg");
      requireSamples(size.width * size.height * samplesPerPixel(segment));
    }
    if (marker === applicationData1) orientation = readOrientation(segment) ?? orientation;
    at = Math.max(at, end);
  }
  throw damaged("jpg", `truncated: its ${bytes.length} bytes end before the picture does`);
}

/** Samples of a frame's components for each pixel: 3 for full colours, 1.5 where colours are halved both ways. */
function samplesPerPixel(frame: Uint8Array): number {
  const [componentsAt, componentBytes] = [6, 3];
  const shares: { across: number; down: number }[] = [];
  for (let at = componentsAt; at + componentBytes <= frame.length; at += componentBytes) {
    const factors = frame[at + 1]!;
    shares.push({ across: factors >> 4, down: factors & 15 });
  }
  const across = Math.max(1, ...shares.map((share) => share.across));
  const down = Math.max(1, ...shares.map((share) => share.down));
  return shares.reduce((sum, share) => sum + (share.across * share.down) / (across * down), 0);
}

function requireSamples(count: number): void {
  if (count <= maxSamples) return;
  throw new WasmoteError(
    "input-size",
    `a .jpg of ${Math.ceil(count)} samples; up to ${maxSamples} are decoded`,
  );
}

/** Position of the next marker at or after `from`; within a scan, stuffed bytes are no markers. -1 if there is none. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (
    let at = bytes.indexOf(0xff, from);
    at >= 0 && at + 1 < bytes.length;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    if (bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff) return at;
  }
  return -1;
}
