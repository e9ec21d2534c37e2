import { createHash } from "node:crypto";
import { decode } from "cborg";
import { isPatch, readHead } from "../../host/delta/format.js";
import { applyPatch } from "../../host/delta/index.js";
import { encodeFrames, FrameDecoder } from "../../host/device/frames.js";
import { decodeMessage, encodeMessage, type Message, type Payload } from "../../host/device/smp.js";
import type { Transport } from "../../host/device/transport.js";
import { appOf } from "../../host/package/app.js";
import type { Manifest, ManifestTensor } from "../../host/package/manifest.js";
import { packageModule } from "../../host/package/package.js";
import {
  generateDeviceKeyPair,
  isSealed,
  openSealed,
  rawPublicKey,
  readDevicePrivateKey,
} from "../../host/trust/seal/index.js";
import { customSections } from "../../host/wasm/sections.js";
import { bodies, makeModule } from "../boards/made-modules.js";

interface Slot {
  bytes: Uint8Array;
  complete: boolean;
}

/** What is broken on the line, seen from the host: called with what is sent, gives what arrives. */
export interface Faults {
  toBoard?(bytes: Uint8Array, call: number): Uint8Array;
  toHost?(bytes: Uint8Array, call: number): Uint8Array;
}

/** A refusal by its number in docs/link.md. */
class Refused extends Error {
  constructor(
    readonly group: number,
    readonly rc: number,
  ) {
    super(`rc ${rc}`);
  }
}

/**
 * A board as docs/link.md describes it, in TypeScript: two slots in `flash`, which outlives `reset`, and everything
 * else in RAM. Its model's `run` adds 1 to each byte of input 0 and puts it into output 0.
 */
export class SimulatedBoard {
  /** Requests in the order in which they came, as "group.command". */
  readonly requests: string[] = [];
  name = "simulated";
  mtu = 512;
  ram = 65536;
  slotBytes = 65536;
  imports = ["wasmote.read_weights"];
  abi = 3;
  /** Whether its firmware has floating-point operations. */
  floats = false;
  /** What files are encrypted to. */
  readonly deviceKey = readDevicePrivateKey(generateDeviceKeyPair().privateKey);
  /** Replaces the answer to a run. */
  onRun:
    | ((first: number, last: number, limit: number | undefined) => { code: number; count: number })
    | undefined;
  /** Replaces the answer to one request, by "group.command". */
  readonly answers = new Map<string, Payload>();

  /** The log of events of the application that is active: number, start, milliseconds, run, event, level. */
  log: [number, number, number, number, number, number][] = [];

  /** The samples around events that it keeps. */
  snippets: { number: number; event: number; samples: Int16Array }[] = [];
  /** Whether a host has asked to be told of events. */
  notifies = false;
  /** What its histograms have counted. */
  histograms: number[][] = [];
  /** Whether the application's source is none that it has. */
  lacksSource = false;
  /** How many samples of the source are lost, and from which on; and where it ends. */
  loses = 0;
  losesFrom = Number.POSITIVE_INFINITY;
  sourceEndsAt = Number.POSITIVE_INFINITY;
  /** Cycles that a request takes on the line. */
  cyclesOfRequest = 0;
  #capturing: number | undefined;

  readonly flash: {
    slots: (Slot | undefined)[];
    active: number;
    /** Whether the active one is on trial. */
    onTrial?: boolean;
    pending?: { length: number; sha: Buffer; slot: number; bytes: Buffer };
    /** Length of the last upload that was completed. */
    finished?: number;
  } = { slots: [undefined, undefined], active: -1 };
  #input = new Uint8Array(16);
  #output = new Uint8Array(16);

  /** Connects a host to the board. Ends by `cut`, as when the cable is pulled. */
  connect(faults: Faults = {}): Transport & { cut(reason?: string): void } {
    let listener: (bytes: Uint8Array) => void = () => undefined;
    let end: (reason: string) => void = () => undefined;
    let open = true;
    let calls = 0;
    let answers = 0;
    const decoder = new FrameDecoder({
      message: (bytes) => {
        const message = decodeMessage(bytes);
        if (message === undefined) return;
        const answer = encodeFrames(encodeMessage(this.#answer(message)));
        const sent = faults.toHost?.(answer, answers++) ?? answer;
        setImmediate(() => open && listener(sent));
      },
    });
    return {
      name: "simulated",
      write: (bytes) => {
        if (!open) return;
        decoder.push(faults.toBoard?.(bytes, calls++) ?? bytes);
      },
      onData: (to) => {
        listener = to;
      },
      onEnd: (to) => {
        end = to;
      },
      cut: (reason = "the cable was pulled") => {
        open = false;
        end(reason);
      },
      close: async () => {
        open = false;
      },
    };
  }

  /** Whether it gives its samples. */
  get isCapturing(): boolean {
    return this.#capturing !== undefined;
  }

  /** Bytes of the active model's file. */
  get activeModel(): Uint8Array | undefined {
    return this.flash.slots[this.flash.active]?.bytes;
  }

  #answer(request: Message): Message {
    const key = `${request.group}.${request.command}`;
    this.requests.push(key);
    let payload: Payload;
    try {
      if (encodeMessage(request).length + 4 > this.mtu) throw new Refused(request.group, 3);
      payload = this.answers.get(key) ?? this.#handle(request, key);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      payload = { err: { group: error.group, rc: error.rc } };
    }
    return { ...request, operation: request.operation + 1, payload };
  }

  #handle({ operation, payload }: Message, key: string): Payload {
    switch (key) {
      case "0.0":
        return { r: payload.d };
      case "0.5":
        return {};
      case "0.6":
        return { buf_size: this.mtu, buf_count: 1 };
      case "0.7":
        return { output: `simulated ${payload.format}` };
      case "1.0":
        return operation === 0 ? this.#images() : this.#activate(payload);
      case "1.1":
        return this.#upload(payload);
      case "1.5":
        if (payload.slot === this.flash.active) throw new Refused(1, 11);
        this.flash.slots[Number(payload.slot)] = undefined;
        return {};
      case "64.0":
        return this.#status();
      case "64.1":
        return this.#part(this.#manifest(), Number(payload.off));
      case "64.2":
        return this.#writeInput(payload);
      case "64.3":
        return this.#run(payload);
      case "64.6":
        return {};
      case "64.5":
        return { accelerated: payload.accelerated };
      case "64.11":
        return { key: rawPublicKey(this.deviceKey) };
      case "64.12":
        return this.#application();
      case "64.13":
        return operation === 0 ? this.#events(Number(payload.from)) : this.#clearLog();
      case "64.16":
        return operation === 0 ? this.#captured(Number(payload.from)) : this.#capture(payload.start === true);
      case "64.17":
        return operation === 0 ? this.#readSnippets(payload) : this.#release(Number(payload.release));
      case "64.18":
        return { histograms: this.histograms.slice(Number(payload.from), Number(payload.from) + 1) };
      case "64.19":
        this.notifies = payload.on === true;
        return {};
      case "64.15":
        return this.#part(this.#section("wasmote.app"), Number(payload.off));
      case "64.4":
        if (payload.i !== 0) throw new Refused(64, 3);
        return this.#part(this.#output, Number(payload.off));
      default:
        return { rc: 8 };
    }
  }

  #images(): Payload {
    const images = this.flash.slots.flatMap((slot, i) =>
      slot === undefined
        ? []
        : [
            {
              image: 0,
              slot: i,
              version: "1",
              hash: digest(slot.bytes),
              bootable: true,
              pending: false,
              confirmed: i === this.flash.active && this.flash.onTrial !== true,
              active: i === this.flash.active,
              permanent: false,
            },
          ],
    );
    return { images };
  }

  /** Models are tried at once; what ends a trial is the firmware's own tests' to see. */
  #activate({ hash, confirm }: Payload): Payload {
    this.flash.onTrial = confirm !== true;
    if (hash === undefined && confirm === true) return this.#images();
    const found = this.flash.slots.findIndex(
      (slot) => slot !== undefined && digest(slot.bytes).equals(hash as Uint8Array),
    );
    if (found < 0) throw new Refused(1, 3);
    this.flash.active = found;
    return this.#images();
  }

  #upload({ off, len, sha, data }: Payload): Payload {
    const { flash } = this;
    if (off === 0 && len !== undefined) {
      if (Number(len) > this.slotBytes) throw new Refused(1, 7);
      const same = flash.pending?.length === len && flash.pending.sha.equals(sha as Uint8Array);
      if (same) return { off: flash.pending?.bytes.length };
      const slot = flash.active === 0 ? 1 : 0;
      flash.slots[slot] = undefined;
      flash.pending = {
        length: Number(len),
        sha: Buffer.from(sha as Uint8Array),
        slot,
        bytes: Buffer.alloc(0),
      };
    }
    const { pending } = flash;
    if (pending === undefined) return this.#afterUpload(Number(off), data as Uint8Array);
    if (off !== pending.bytes.length) return { off: pending.bytes.length };
    pending.bytes = Buffer.concat([pending.bytes, data as Uint8Array]);
    if (pending.bytes.length < pending.length) return { off: pending.bytes.length };
    flash.pending = undefined;
    if (!digest(pending.bytes).equals(pending.sha)) throw new Refused(1, 8);
    const bytes = new Uint8Array(this.#fileOf(new Uint8Array(pending.bytes)));
    if (!WebAssembly.validate(bytes)) throw new Refused(1, 4);
    flash.slots[pending.slot] = { bytes, complete: true };
    flash.finished = pending.length;
    return { off: pending.length, ...(digest(bytes).equals(pending.sha) ? {} : { hash: digest(bytes) }) };
  }

  /** What came: a file, a patch to one that is here, either of them encrypted. */
  #fileOf(sent: Uint8Array): Uint8Array {
    if (isSealed(sent)) return this.#fileOf(openSealed(sent, this.deviceKey));
    if (!isPatch(sent)) return sent;
    const { oldHash } = readHead(sent);
    const old = this.flash.slots.find((slot) => slot && digest(slot.bytes).equals(oldHash));
    if (old === undefined) throw new Refused(1, 16);
    return applyPatch(old.bytes, sent);
  }

  /** A piece after the last one: where that is the last again, its answer was lost. */
  #afterUpload(off: number, { length }: Uint8Array): Payload {
    const { finished } = this.flash;
    if (finished === undefined || off !== finished - length) throw new Refused(1, 11);
    return { off: finished };
  }

  #manifest(): Uint8Array {
    const model = this.activeModel;
    if (model === undefined) throw new Refused(64, 2);
    const section = customSections(model).find(({ name }) => name === "wasmote.manifest");
    return section?.bytes ?? new Uint8Array(0);
  }

  /** A section of the active model. */
  #section(wanted: string): Uint8Array {
    const found = customSections(this.activeModel ?? new Uint8Array(0)).find(({ name }) => name === wanted);
    if (found === undefined) throw new Refused(64, 2);
    return found.bytes;
  }

  #application(): Payload {
    const app = this.activeModel === undefined ? undefined : appOf(this.activeModel);
    if (app === undefined) return { state: "none", why: null };
    const counts = { runs: 100, overruns: 2, most: 20, busy: 1000, unlogged: 0 };
    const { driver } = app.source;
    return {
      state: this.#capturing !== undefined ? "capturing" : this.lacksSource ? "link" : "running",
      why: null,
      app: 1,
      source: driver,
      lacks: ["pin"],
      ...counts,
      shares: app.share.events,
      ...(app.share.counters && { events: app.events.map((_, i) => 10 * i) }),
      elapsed: 8000 + this.cyclesOfRequest * this.requests.length,
    };
  }

  #readSnippets({ snippet, off }: Payload): Payload {
    if (appOf(this.activeModel as Uint8Array)?.share.snippets === undefined) throw new Refused(64, 14);
    const found = this.snippets.find(({ number }) => number === snippet);
    if (found !== undefined) return this.#part(new Uint8Array(found.samples.buffer), Number(off));
    if (snippet !== undefined) throw new Refused(64, 3);
    const list = this.snippets.map(({ number, event, samples }) => [
      number,
      5000,
      70,
      event,
      0.5,
      2,
      samples.length,
    ]);
    return { snippets: list, leftOff: 3, missed: 1, today: 80 };
  }

  #release(wanted: number): Payload {
    this.snippets = this.snippets.filter(({ number }) => number !== wanted);
    return {};
  }

  #capture(start: boolean): Payload {
    const app = this.activeModel === undefined ? undefined : appOf(this.activeModel);
    if (app === undefined) throw new Refused(64, 2);
    if (!app.share.capture) throw new Refused(64, 14);
    this.#capturing = start && !this.lacksSource ? 0 : undefined;
    return this.#application();
  }

  /** Seven samples at a time, each of which is its own number. */
  #captured(from: number): Payload {
    if (this.#capturing === undefined) throw new Refused(64, 3);
    const first = from >= this.losesFrom ? from + this.loses : from;
    const channels = appOf(this.activeModel as Uint8Array)?.source.channels ?? 1;
    const count = Math.max(0, Math.min(7, this.sourceEndsAt - first));
    const data = Buffer.from(
      Int16Array.from({ length: count * channels }, (_, i) => first + Math.floor(i / channels)).buffer,
    );
    return { from: first, data: new Uint8Array(data), ended: first + count >= this.sourceEndsAt };
  }

  /** Three entries at a time. */
  #events(from: number): Payload {
    return { entries: this.log.filter(([sequence]) => sequence >= from).slice(0, 3) };
  }

  #clearLog(): Payload {
    this.log = [];
    return {};
  }

  #status(): Payload {
    const manifest =
      this.activeModel === undefined
        ? undefined
        : (decode(this.#manifest()) as { name: string; steps: unknown[] });
    return {
      abi: this.abi,
      board: this.name,
      model: manifest?.name ?? null,
      ram: this.ram,
      used: 9000,
      memory: 64,
      steps: manifest?.steps.length ?? 0,
      unit: "cycles",
      hz: 64_000_000,
      mtu: this.mtu,
      flash: this.slotBytes,
      floats: this.floats,
      imports: this.imports,
    };
  }

  #writeInput({ i, off, data }: Payload): Payload {
    this.#manifest();
    const bytes = data as Uint8Array;
    if (i !== 0 || Number(off) + bytes.length > this.#input.length) throw new Refused(64, 3);
    this.#input.set(bytes, Number(off));
    return { off: Number(off) + bytes.length };
  }

  #run({ first, last, limit }: Payload): Payload {
    this.#manifest();
    if (this.onRun !== undefined)
      return { ...this.onRun(Number(first), Number(last), limit as number | undefined) };
    this.#output = this.#input.map((byte) => byte + 1);
    return { code: 0, count: 1000 * (Number(last) - Number(first)) };
  }

  #part(bytes: Uint8Array, off: number): Payload {
    const data = bytes.subarray(off, off + this.mtu - 64);
    return { off, len: bytes.length, data };
  }
}

/** Refuses a request of group 64 with a number of docs/link.md. */
export function refuseRun(rc: number): never {
  throw new Refused(64, rc);
}

/** A model file of about that size: valid WebAssembly with a manifest and weights. `seed` makes it another. */
export function modelFile(
  name: string,
  weightBytes: number,
  seed = 1,
  optional: readonly string[] = [],
): Uint8Array {
  const tensor = (title: string, address: number): ManifestTensor => ({
    name: title,
    dtype: "int8",
    shape: [1, 16],
    address,
  });
  const manifest: Manifest = {
    version: 1,
    name,
    inputs: [tensor("in", 0)],
    outputs: [tensor("out", 16)],
    memoryBytes: 64,
    steps: [
      { name: "a", operator: "conv2d", macs: 100, weightBytes },
      { name: "b", operator: "softmax", macs: 0, weightBytes: 0 },
    ],
    imports: { required: ["wasmote.read_weights"], optional: [...optional] },
  };
  let state = seed;
  const weights = Uint8Array.from({ length: weightBytes }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return packageModule(makeModule(bodies.sum), manifest, weights);
}

function digest(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
