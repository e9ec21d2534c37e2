import { WasmoteError } from "../errors.js";
import { refuseAnswer } from "./answers.js";

/** Samples that came without a gap: all channels of one moment after those of the one before. */
export interface Stretch {
  /** Number of its first moment, from the beginning on. */
  readonly first: number;
  readonly samples: Int16Array;
}

/** What a source gave over the link. */
export interface Captured {
  readonly stretches: readonly Stretch[];
  /** Moments that were lost between them. */
  readonly lost: number;
  /** Whether the source ended before all had come, as a recording does. */
  readonly ended: boolean;
}

/** A part of the samples, as the board answers. */
export interface CapturedPart {
  readonly from: number;
  readonly data: Uint8Array;
  readonly ended: boolean;
}

/** What is asked of a source. */
export interface CaptureRequest {
  readonly channels: number;
  /** Moments that are wanted. */
  readonly moments: number;
  /** Moments of a part that is worth a request; where fewer came, `wait` is called before the next one. */
  readonly worthwhile: number;
  /** Moments that may be lost before it is given up: none by default. */
  readonly allowedLoss?: number;
}

const bytesOfValue = 2;

/**
 * Asks for samples until as many moments have gone by as are wanted, those that were lost among them.
 *
 * @param ask asks for what there is from a moment on
 * @param wait lets more come
 * @param inTime throws when it has taken too long
 * @throws `capture-incomplete` where more was lost than may be; `board-protocol` where parts do not join
 */
export async function captureSamples(
  ask: (from: number) => Promise<CapturedPart>,
  { channels, moments, worthwhile, allowedLoss = 0 }: CaptureRequest,
  wait: () => Promise<void>,
  inTime: () => void,
): Promise<Captured> {
  const momentBytes = channels * bytesOfValue;
  const stretches: { first: number; parts: Uint8Array[] }[] = [];
  let [next, lost, ended] = [0, 0, false];
  while (next < moments && !ended) {
    inTime();
    const part = await ask(next);
    ended = part.ended;
    const { length } = part.data;
    if (length === 0) {
      if (!ended) await wait();
      continue;
    }
    if (part.from < next || length % momentBytes !== 0)
      refuseAnswer("samples", `${length} bytes from moment ${part.from} on, after ${next}`);
    const gap = Math.min(part.from, moments) - next;
    lost += gap;
    if (lost > allowedLoss)
      throw new WasmoteError("capture-incomplete", `${gap} samples were lost after the first ${next}`);
    if (gap > 0 || stretches.length === 0) stretches.push({ first: part.from, parts: [] });
    const most = Math.max(0, moments - part.from) * momentBytes;
    if (most > 0) stretches.at(-1)?.parts.push(part.data.subarray(0, most));
    next = part.from + length / momentBytes;
    if (length < worthwhile * momentBytes && next < moments) await wait();
  }
  const whole = stretches.filter(({ parts }) => parts.length > 0);
  return {
    stretches: whole.map(({ first, parts }) => ({ first, samples: int16Of(parts) })),
    lost,
    ended: next < moments,
  };
}

/** Parts of little-endian bytes as numbers. */
function int16Of(parts: readonly Uint8Array[]): Int16Array {
  const bytes = Buffer.concat(parts);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Int16Array.from({ length: bytes.length / bytesOfValue }, (_, i) => view.getInt16(2 * i, true));
}
