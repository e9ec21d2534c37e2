import { encodeFrames, FrameDecoder } from "../../../host/device/frames.js";
import { decodeMessage, encodeMessage } from "../../../host/device/smp.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import type { FuzzTarget } from "../target.js";

const original = encodeMessage({
  operation: 1,
  group: 0,
  command: 0,
  sequence: 7,
  payload: { r: "wasmote" },
});

/** Damaged frames into the decoder of the link. */
export const target: FuzzTarget = {
  name: "packets",
  run: (options) =>
    runCases(options, {
      make(source) {
        const message = source.chance(0.8) ? mutate(original, source) : original;
        const frames = encodeFrames(message);
        return { "frames.bin": source.chance(0.2) ? mutate(frames, source) : frames };
      },
      attempt(input) {
        let messages = 0;
        const decoder = new FrameDecoder({
          message(bytes) {
            if (decodeMessage(bytes) !== undefined) messages++;
          },
        });
        decoder.push(input["frames.bin"]!);
        return messages > 0 ? "message" : "dropped";
      },
    }),
};
