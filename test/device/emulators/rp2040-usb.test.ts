import { readFileSync } from "node:fs";
import * as rp2040js from "rp2040js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../../host/boards/index.js";
import { Device } from "../../../host/device/device.js";
import { Rp2040Chip } from "../../../host/device/emulators/rp2040-chip.js";
import { flashId } from "../../../host/device/emulators/rp2040-flash-id.js";
import { type Rp2040UsbHost, UsbStall } from "../../../host/device/emulators/rp2040-usb-host.js";
import { encodeFrames } from "../../../host/device/frames.js";
import { encodeMessage, operations } from "../../../host/device/smp.js";
import type { Transport } from "../../../host/device/transport.js";
import { importModel } from "../../../host/import/index.js";
import { buildModel } from "../../../host/pipeline.js";
import { availableBoards, firmwareOf } from "../../boards/emulators.js";
import { bodies, makeModel } from "../../boards/made-modules.js";
import { errorOf } from "../../error-of.js";
import { goldenModels, int8Models } from "../../models/golden-cases.js";

const sliceInstructions = 20_000;
const slotAt = loadBoard("pico").slots.address - loadBoard("pico").flashOrigin;

/** An emulated Pico with the firmware, on a USB cable whose other end the test holds. */
class UsbPico {
  readonly chip: Rp2040Chip;
  readonly device: Device;
  #listener: (bytes: Uint8Array) => void = () => undefined;
  #end: (reason: string) => void = () => undefined;
  #open = true;

  constructor(flash: Uint8Array) {
    const bytes: number[] = [];
    this.chip = new Rp2040Chip(rp2040js, flash, (byte) => bytes.push(byte), "usb");
    const line: Transport = {
      name: "pico",
      write: (sent) => this.chip.send(sent),
      onData: (listener) => {
        this.#listener = listener;
      },
      onEnd: (listener) => {
        this.#end = listener;
      },
      close: async () => {
        this.#open = false;
      },
    };
    this.device = new Device(line, { timeoutMillis: 2000, attempts: 10 });
    const slice = (): void => {
      if (!this.#open) return;
      this.chip.run(sliceInstructions);
      if (bytes.length > 0) this.#listener(Uint8Array.from(bytes.splice(0)));
      if (this.chip.stopped !== undefined) this.#end(this.chip.stopped);
      else setImmediate(slice);
    };
    setImmediate(slice);
  }

  get usb(): Rp2040UsbHost {
    return this.chip.usb!;
  }

  /** Waits until something holds. */
  async until(holds: () => boolean, seconds = 20): Promise<void> {
    const end = performance.now() + 1000 * seconds;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`${holds} does not come true: ${this.chip.stopped}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function withPico(use: (pico: UsbPico) => Promise<void>, model?: Uint8Array): Promise<void> {
  const { files } = await firmwareOf(loadBoard("pico"));
  const flash = new Uint8Array(2 << 20).fill(0xff);
  flash.set(readFileSync(files.bin));
  if (model !== undefined) flash.set(model, slotAt);
  const pico = new UsbPico(flash);
  try {
    await pico.until(() => pico.usb.ready);
    await use(pico);
  } finally {
    await pico.device.close();
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Descriptors that follow one another. */
function split(bytes: Uint8Array): string[] {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += bytes[at]!) parts.push(hex(bytes.subarray(at, at + bytes[at]!)));
  return parts;
}

const boards = availableBoards(["pico"]);

for (const { id } of boards) {
  test(`${id}: descriptors, byte by byte, and strings with the flash's unique id`, async () => {
    await withPico(async ({ usb }) => {
      assert.is(hex(usb.device), "12010002ef0201408a2e0a00000101020301");
      assert.equal(split(usb.configuration), [
        "09024b000201008032",
        "080b000202020000",
        "090400000102020000",
        "0524002001",
        "0524010001",
        "04240206",
        "0524060001",
        "07058103100010",
        "09040100020a000000",
        "07050202400000",
        "07058202400000",
      ]);
      assert.equal(hex(await usb.descriptor("string")), "04030904");
      assert.is(await usb.string(1), "wasmote");
      assert.is(await usb.string(2), "wasmote pico");
      assert.is(await usb.string(3), hex(flashId).toUpperCase());
    });
  });

  test(`${id}: requests that it does not support are stalled, and the next one is answered`, async () => {
    await withPico(async ({ usb }) => {
      for (const [type, code, value, index, length] of [
        [0x80, 6, 0x0600, 0, 10],
        [0xc0, 0x42, 0, 0, 64],
        [0x00, 3, 1, 0, 0],
        [0x01, 11, 1, 1, 0],
        [0x21, 0x55, 0, 0, 0],
      ] as const) {
        const error = await usb.request({ type, code, value, index, length }).catch((found: Error) => found);
        assert.instance(error, UsbStall, `request ${code} of type ${type}`);
        assert.is((await usb.descriptor("device", 18)).length, 18);
      }
    });
  });

  test(`${id}: a model is pushed over USB, and its outputs are the golden bytes`, async () => {
    const model = goldenModels(int8Models).find(({ name }) => name === "tflm-hello_world_int8");
    if (model === undefined) throw new Error("the model is not there");
    const graph = await importModel(model.path, readFileSync(model.path), (path) => readFileSync(path));
    const { wasm } = await buildModel(graph);
    await withPico(async ({ device }) => {
      await device.activate(await device.upload(wasm));
      const { steps } = await device.status();
      for (const { inputs, outputs } of model.cases.slice(0, 3)) {
        await device.writeInput(0, inputs[0]!);
        assert.is((await device.run(0, steps)).code, 0);
        assert.equal(await device.readOutput(0, outputs[0]!.length), new Uint8Array(outputs[0]!));
      }
    });
  });

  test(`${id}: the bus is reset in the middle of a packet; it is found again and answers`, async () => {
    await withPico(async (pico) => {
      const { usb, device } = pico;
      const frames = encodeFrames(
        encodeMessage({
          operation: operations.write,
          group: 0,
          command: 0,
          sequence: 9,
          payload: { d: "x".repeat(200) },
        }),
      );
      usb.send(frames.subarray(0, 150));
      await pico.until(() => !usb.busy);
      usb.reset();
      await pico.until(() => usb.ready);
      assert.is(await device.echo("again"), "again");
    });
  });

  test(`${id}: a host that does not read does not stop it; what it missed is dropped`, async () => {
    await withPico(async (pico) => {
      const { usb, device } = pico;
      usb.setReading(false);
      const lost = errorOf(device.echo("x".repeat(200), { timeoutMillis: 50, attempts: 1 }));
      assert.is((await lost).code, "board-silent");
      assert.is((await usb.descriptor("device", 18)).length, 18, "requests are answered meanwhile");
      const before = pico.chip.cycles;
      await pico.until(() => pico.chip.cycles - before > 0.6 * 125_000_000, 60);
      usb.setReading(true);
      assert.is(await device.echo("y".repeat(200)), "y".repeat(200));
    });
  });

  test(`${id}: it answers after the bus was suspended`, async () => {
    await withPico(async (pico) => {
      pico.usb.suspend(true);
      await pico.until(() => !pico.usb.busy);
      pico.usb.suspend(false);
      assert.is(await pico.device.echo("awake"), "awake");
    });
  });

  test(`${id}: a long run does not keep it from the host's requests, nor from a touch of 1200 baud`, async () => {
    await withPico(
      async (pico) => {
        const { usb, device } = pico;
        const run = errorOf(device.run(0, 1, { limit: 2 ** 40, timeoutMillis: 60_000 }));
        await pico.until(() => !usb.busy);
        assert.is((await usb.descriptor("configuration", 255)).length, 75);
        await usb.setLine(1200, true);
        assert.is(pico.chip.stopped, undefined);
        await usb.setLine(1200, false);
        await pico.until(() => pico.chip.stopped !== undefined);
        assert.is(pico.chip.stopped, "it is in its USB boot loader: reset_usb_boot(0, 0)");
        assert.is((await run).code, "board-silent");
      },
      makeModel("endless", bodies.endless),
    );
  });

  test(`${id}: a reset in boot mode 1 is answered, then it is in its boot loader`, async () => {
    await withPico(async (pico) => {
      await pico.device.reset();
      await pico.until(() => !pico.usb.ready);
      await pico.until(() => pico.usb.ready);
      assert.is(await pico.device.echo("anew"), "anew");
      await pico.device.startBootLoader();
      await pico.until(() => pico.chip.stopped !== undefined);
      assert.is(pico.chip.stopped, "it is in its USB boot loader: reset_usb_boot(0, 0)");
    });
  });
}

test.run();
