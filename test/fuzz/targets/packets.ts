import { createHash } from "node:crypto";
import { Device } from "../../../host/device/device.js";
import { encodeFrames, FrameDecoder } from "../../../host/device/frames.js";
import { decodeMessage, encodeMessage, type Message, type Payload } from "../../../host/device/smp.js";
import type { Transport } from "../../../host/device/transport.js";
import { openModule } from "../../../host/package/open.js";
import { openBoardRunner } from "../../../host/run/board.js";
import { modelFile } from "../../device/simulated-board.js";
import { type Choices, choices } from "../../link/random-numbers.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import { changeOneValue } from "../odd-values.js";
import type { FuzzTarget } from "../target.js";

const wasm = modelFile("model", 900);
const opened = openModule(wasm);
const hash = new Uint8Array(createHash("sha256").update(wasm).digest());

/** No conversation may take more packets than this: an honest one takes about ten. */
const mostPackets = 100;

/** What a board answers that does all that it should, with nothing behind it. */
function honestAnswer({ group, command, operation, payload }: Message): Payload {
  const image = { slot: 0, version: "1", hash, active: true, confirmed: true };
  switch (`${group}.${command}.${operation}`) {
    case "0.0.2":
      return { r: payload.d };
    case "0.6.0":
      return { buf_size: 512, buf_count: 1 };
    case "1.0.0":
      return { images: [] };
    case "1.0.2":
      return { images: [image] };
    case "1.1.2":
    case "64.2.2":
      return { off: Number(payload.off) + (payload.data as Uint8Array).length };
    case "64.0.0":
      return {
        ...{ abi: 1, board: "b", model: "model", ram: 65536, used: 9, memory: 64, steps: 2, unit: "cycles" },
        ...{ hz: 1, mtu: 512, flash: 65536, imports: ["wasmote.read_weights"] },
      };
    case "64.1.0":
      return { off: payload.off, len: 64, data: new Uint8Array(Math.min(40, 64 - Number(payload.off))) };
    case "64.3.2":
      return { code: 0, count: 5 };
    case "64.4.0":
      return { off: payload.off, len: 16, data: new Uint8Array(8) };
    default:
      return {};
  }
}

/** The bytes that come for an answer: mostly as they should be, else with a field, the message or its frames damaged. */
function bytesOf(answer: Message, source: Choices): Uint8Array {
  if (source.chance(0.7)) return encodeFrames(encodeMessage(answer));
  const kind = source.below(6);
  const payload = kind < 3 ? (changeOneValue(answer.payload, source) as Payload) : answer.payload;
  let message = encodeMessage({ ...answer, payload });
  if (kind === 3) message = mutate(message, source);
  const frames = encodeFrames(message.subarray(0, 60_000));
  if (kind === 4) return mutate(frames, source);
  return kind === 5 ? Buffer.concat([Buffer.from("text \u0006"), frames, frames]) : frames;
}

/** A line to a board that answers at once, until it does not: then the line ends, so that nothing waits for the clock. */
function fuzzedLine(source: Choices): Transport & { packets(): number } {
  let listener: (bytes: Uint8Array) => void = () => undefined;
  let end: (reason: string) => void = () => undefined;
  let packets = 0;
  const decoder = new FrameDecoder({
    message(bytes) {
      const request = decodeMessage(bytes);
      if (request === undefined) return;
      const number = ++packets;
      if (number > mostPackets) throw new Error(`more than ${mostPackets} packets`);
      const answer = { ...request, operation: request.operation + 1, payload: honestAnswer(request) };
      const sent = bytesOf(answer, source);
      const cut = source.chance(0.1) ? source.below(sent.length + 1) : sent.length;
      queueMicrotask(() => {
        listener(sent.subarray(0, cut));
        listener(sent.subarray(cut));
      });
      setImmediate(() => {
        if (packets === number) end("no answer");
      });
    },
  });
  return {
    name: "the fuzzed line",
    write: (bytes) => decoder.push(bytes),
    onData(to) {
      listener = to;
    },
    onEnd(to) {
      end = to;
    },
    close: async () => undefined,
    packets: () => packets,
  };
}

/** Everything that the host asks of a board. */
async function converse(device: Device): Promise<void> {
  await device.echo("wasmote");
  const runner = await openBoardRunner("b", device, wasm, opened);
  await runner.writeInput(0, new Uint8Array(16));
  await runner.run();
  const output = await runner.readOutput(0);
  if (output.length !== 16) throw new Error(`an output of ${output.length} bytes`);
  await device.manifest();
  await device.parameters();
}

/** Damaged answers of a board to all that the host asks of it. A case is a conversation of about ten packets. */
export const target: FuzzTarget = {
  name: "packets",
  async run(options) {
    let packets = 0;
    const result = await runCases(options, {
      make: (source) => ({ "seed.bin": Uint8Array.from({ length: 4 }, () => source.below(256)) }),
      async attempt(input) {
        const line = fuzzedLine(choices(Buffer.from(input["seed.bin"]!).readUInt32LE()));
        await converse(new Device(line)).finally(() => {
          packets += line.packets();
        });
      },
    });
    options.log(`${packets} packets`);
    return result;
  },
};
