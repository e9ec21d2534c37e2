import { maxAppBytes, maxManifestBytes } from "../abi/limits.js";
import { WasmoteError } from "../errors.js";
import type { PrivateKey } from "../trust/keys.js";
import { signMessage } from "../trust/messages.js";
import {
  answers,
  type BoardApplication,
  type BoardStatus,
  type BoardTrust,
  type Image,
  type LoggedEvent,
  readAnswer,
  refuseAnswer,
  type Slot,
  type Snippet,
  type Snippets,
} from "./answers.js";
import { trusts } from "./board-keys.js";
import { type Captured, captureSamples } from "./capture.js";
import { type FedSamples, feedSamples } from "./feed.js";
import { noticeCommand } from "./notice.js";
import { type LongAnswer, readParts, roomForData, writeParts } from "./parts.js";
import { groups } from "./return-codes.js";
import type { Payload } from "./smp.js";
import { type ClientOptions, SmpClient } from "./smp-client.js";
import { defaultTransferTime, startTransfer, type TransferTime } from "./transfer-time.js";
import type { Transport } from "./transport.js";
import { type UploadOptions, upload } from "./upload.js";

/** What a run gave. */
export interface RunResult {
  /** What `run(first, last)` returned: 0 for done. */
  code: number;
  /** What the board's counter says, in its status's unit. */
  count: number;
}

/** Limits of a run. */
export interface RunOptions {
  /** In units of the board's counter; the board's own limit by default. */
  limit?: number;
  /** How long the answer is waited for, in milliseconds. */
  timeoutMillis?: number;
}

/** Whether a board's answer was an error of no kind that docs/link.md knows: of a command that its firmware lacks. */
function isFailed(error: unknown): boolean {
  return error instanceof WasmoteError && error.code === "board-failed";
}

/** Far more entries than a board's log has room for. */
const mostLoggedEvents = 100_000;

/** How a board refuses a message that it has taken before. */
const usedUp: readonly string[] = ["board-untrusted", "board-older"];

/** How a device is asked. */
export interface DeviceOptions extends ClientOptions {
  /** How long a run may take where the caller does not say, in milliseconds. */
  runTimeoutMillis?: number;
  /** How long erasing, checking and activating may take, in milliseconds. */
  flashTimeoutMillis?: number;
  /** How long a transfer of several requests may take in all. */
  transferTime?: TransferTime;
}

/**
 * A board that runs wasmote's firmware, over any line: every operation of docs/link.md.
 * All of them throw `board-silent`, `board-slow`, `board-protocol`, and the error that the board answers. What a board
 * says is not believed: it is checked, and bounded by what was asked for, so that every operation ends.
 */
export class Device {
  readonly #client: SmpClient;
  readonly #runTimeoutMillis: number;
  readonly #flashTimeoutMillis: number;
  readonly #transferTime: TransferTime;
  #status: BoardStatus | undefined;

  constructor(transport: Transport, options: DeviceOptions = {}) {
    this.#client = new SmpClient(transport, options);
    this.#runTimeoutMillis = options.runTimeoutMillis ?? 600_000;
    this.#flashTimeoutMillis = options.flashTimeoutMillis ?? 30_000;
    this.#transferTime = options.transferTime ?? defaultTransferTime;
  }

  /** Name of the line. */
  get name(): string {
    return this.#client.name;
  }

  /** Sends a text and gives what comes back. */
  async echo(text: string, limits: { timeoutMillis?: number; attempts?: number } = {}): Promise<string> {
    return readAnswer(answers.echo, await this.#os("echo", "write", 0, { d: text }, limits), "echo").r;
  }

  /** Starts the board anew. */
  async reset(): Promise<void> {
    await this.#os("reset", "write", 5, {});
    this.#status = undefined;
  }

  /**
   * Starts the board's boot loader, which takes firmware. The line ends.
   *
   * @throws `board-failed` where the firmware knows no boot loader
   */
  async startBootLoader(): Promise<void> {
    await this.#os("reset to the boot loader", "write", 5, { boot_mode: 1 });
    this.#status = undefined;
  }

  /** The board's SMP buffer: bytes of each, and how many. */
  async parameters(): Promise<{ bufferBytes: number; buffers: number }> {
    const payload = await this.#os("parameters", "read", 6, {});
    const { buf_size, buf_count } = readAnswer(answers.parameters, payload, "parameters");
    return { bufferBytes: buf_size, buffers: buf_count };
  }

  /** What the firmware says of itself; `format` as mcumgr's `os info` takes it. */
  async information(format = "a"): Promise<string> {
    const payload = await this.#os("information", "read", 7, { format });
    return readAnswer(answers.information, payload, "information").output;
  }

  /** What board it is, its model, and what it has left. */
  async status(): Promise<BoardStatus> {
    const payload = await this.#inference("status", "read", 0, {});
    this.#status = readAnswer(answers.status, payload, "status");
    return this.#status;
  }

  /** The slots that hold a complete, checked model. */
  async images(): Promise<Image[]> {
    return readAnswer(answers.images, await this.#image("images", "read", 0, {}), "images").images;
  }

  /** What lies in each slot, whether it is complete or not. Undefined where the firmware is too old to tell. */
  async slots(): Promise<Slot[] | undefined> {
    try {
      return readAnswer(answers.slots, await this.#inference("slots", "read", 10, {}), "slots").slots;
    } catch (error) {
      if (isFailed(error)) return undefined;
      throw error;
    }
  }

  /** Makes the slot with that SHA-256 active. */
  async activate(hash: Uint8Array): Promise<Image[]> {
    return this.#choose("activate", { hash, confirm: true });
  }

  async #choose(what: string, payload: Payload): Promise<Image[]> {
    const answer = await this.#image(what, "write", 0, payload, { timeoutMillis: this.#flashTimeoutMillis });
    this.#status = undefined;
    return readAnswer(answers.images, answer, what).images;
  }

  /**
   * Has the model of the slot with that SHA-256 tried: it is active until a trap, a limit or a restart, or for good once it is
   * confirmed. The one before is active again where it fails at once.
   *
   * @param now at once; else when the board starts anew
   */
  async tryModel(hash: Uint8Array, now = true): Promise<Image[]> {
    return this.#choose("trial", { hash, confirm: false, ...(now ? { now } : {}) });
  }

  /** Confirms the model that is on trial. */
  async confirm(): Promise<Image[]> {
    return this.#choose("confirm", { confirm: true });
  }

  /** Ends a trial, or what was asked for the next start: the model with that SHA-256, which was confirmed last, is active. */
  async revert(confirmed: Uint8Array): Promise<Image[]> {
    return this.#choose("revert", { hash: confirmed, confirm: false });
  }

  /** Whose models the board runs, and whether one is on trial. Firmware from before there were trials takes anyone's. */
  async trust(): Promise<BoardTrust> {
    try {
      return readAnswer(answers.trust, await this.#inference("trust", "read", 7, {}), "trust");
    } catch (error) {
      if (isFailed(error)) {
        return { signed: false, trial: false, runs: 0, keys: [], seq: 0, session: false };
      }
      throw error;
    }
  }

  /**
   * Opens a session, in which the board may be changed: until it starts anew, or for ten minutes.
   *
   * @throws `board-untrusted` where the board does not trust the key
   */
  async openSession(key: PrivateKey): Promise<void> {
    const answer = await this.#inference("challenge", "write", 8, {});
    const { device, challenge } = readAnswer(answers.challenge, answer, "challenge");
    await this.sendMessage(
      signMessage({ do: "session", device, challenge }, key),
      (trust) => trust.session && trusts(trust, key.public),
    );
  }

  /**
   * Sends a signed message (host/trust/messages.ts).
   *
   * @param isDone whether what it asks for is so: a message that comes a second time, after its answer was lost, is refused
   * @throws `board-untrusted`, `board-older`, `board-busy`
   */
  async sendMessage(message: Uint8Array, isDone?: (trust: BoardTrust) => boolean): Promise<void> {
    const limits = { timeoutMillis: this.#flashTimeoutMillis };
    try {
      await this.#inference("a signed message", "write", 9, { message }, limits);
    } catch (error) {
      const isUsedUp = error instanceof WasmoteError && usedUp.includes(error.code);
      if (!isUsedUp || isDone?.(await this.trust()) !== true) throw error;
    }
  }

  /**
   * The public X25519 key of 32 bytes that files for this board are encrypted to; the board makes its pair when it is first asked.
   *
   * @throws `board-no-device-key` where its firmware takes no encrypted files, or the board can make no key; `board-flash`
   */
  async deviceKey(): Promise<Uint8Array> {
    const limits = { timeoutMillis: this.#flashTimeoutMillis };
    try {
      const answer = await this.#inference("the device's key", "write", 11, {}, limits);
      return readAnswer(answers.deviceKey, answer, "the device's key").key;
    } catch (error) {
      throw isFailed(error) ? new WasmoteError("board-no-device-key", (error as WasmoteError).detail) : error;
    }
  }

  /** Erases a slot that is not active. */
  async erase(slot: number): Promise<void> {
    await this.#image("erase", "write", 5, { slot }, { timeoutMillis: this.#flashTimeoutMillis });
  }

  /**
   * Sends a model file to a free slot: the file itself, a patch to one that the board has (`makePatch`), or either of them encrypted
   * (`sealFile`). An upload of the same that was interrupted goes on where it stopped. The model does not become active by this.
   *
   * @returns SHA-256 of the model's file, which `activate` takes
   * @throws `board-no-base` and `board-bad-patch` for patches, `board-sealed` for encrypted files, besides what all uploads may
   */
  async upload(file: Uint8Array, options: UploadOptions = {}): Promise<Uint8Array> {
    const { mtu } = await this.#known();
    const send = (payload: Payload, timeoutMillis?: number) =>
      this.#image("upload", "write", 1, payload, { timeoutMillis });
    const inTime = startTransfer(this.#transferTime, "an upload", file.length);
    return upload(send, mtu, file, inTime, { flashTimeoutMillis: this.#flashTimeoutMillis, ...options });
  }

  /** The active model's section `wasmote.manifest`, in CBOR. */
  async manifest(): Promise<Uint8Array> {
    return this.#read({ what: "manifest", bytes: maxManifestBytes, exact: false }, (off) =>
      this.#inference("manifest", "read", 1, { off }),
    );
  }

  /** Writes one input of the active model. */
  async writeInput(index: number, bytes: Uint8Array): Promise<void> {
    const { mtu } = await this.#known();
    const send = (part: Payload) => this.#inference("input", "write", 2, { i: index, ...part });
    await writeParts(send, mtu, bytes, startTransfer(this.#transferTime, "an input", bytes.length));
  }

  /**
   * Runs the steps first..last-1. The request is sent once only, since a run may overwrite its own inputs and change
   * the model's state.
   */
  async run(first: number, last: number, options: RunOptions = {}): Promise<RunResult> {
    const { limit, timeoutMillis = this.#runTimeoutMillis } = options;
    const payload = { first, last, ...(limit === undefined ? {} : { limit }) };
    const what = `run of steps ${first} to ${last}`;
    const answer = await this.#inference(what, "write", 3, payload, { timeoutMillis, attempts: 1 });
    return readAnswer(answers.run, answer, what);
  }

  /**
   * Chooses whether the model uses the accelerators that the firmware offers. Where that changes, the model is loaded
   * anew and what was written to its inputs is lost.
   */
  async accelerate(accelerated: boolean): Promise<void> {
    await this.#inference("tier", "write", 5, { accelerated });
  }

  /**
   * Sets the state that the active model keeps from run to run to what it begins with. Inputs stay; a model without state
   * stays as it is.
   */
  async resetModel(): Promise<void> {
    await this.#inference("reset of the model", "write", 6, {});
  }

  /** Reads one output of the active model, which has `bytes` bytes. */
  async readOutput(index: number, bytes: number): Promise<Uint8Array> {
    const what = `output ${index}`;
    return this.#read({ what, bytes, exact: true }, (off) =>
      this.#inference(what, "read", 4, { i: index, off }),
    );
  }

  /** How the application does that the board runs by itself. */
  async application(): Promise<BoardApplication> {
    const answer = await this.#inference("the application", "read", 12, {});
    return readAnswer(answers.application, answer, "the application");
  }

  /**
   * What the application's file says to the board: the section `wasmote.app`, in CBOR.
   *
   * @throws `board-no-model` where the active model is no application
   */
  async applicationSection(): Promise<Uint8Array> {
    return this.#read({ what: "the application's section", bytes: maxAppBytes, exact: false }, (off) =>
      this.#inference("the application's section", "read", 15, { off }),
    );
  }

  /**
   * Has the application begin anew, with the board's own source, or stop.
   *
   * @throws `board-no-model` where the active model is none
   */
  async controlApplication(start: boolean): Promise<BoardApplication> {
    const answer = await this.#inference("the application", "write", 12, { start });
    return readAnswer(answers.application, answer, "the application");
  }

  /**
   * Gives samples to the application, in place of those of the board's source: each whole hop is a run, at once.
   *
   * @param bytes as the model's input has them
   * @param from bytes that were given before; with 0, which is the default, the application begins anew
   * @throws `board-no-model` where the active model is none; `board-bad-request` where it begins at another byte; what a run may
   */
  async feed(bytes: Uint8Array, from = 0): Promise<FedSamples> {
    const { mtu } = await this.#known();
    const send = (payload: Payload) =>
      this.#inference("samples", "write", 14, payload, { timeoutMillis: this.#flashTimeoutMillis });
    const inTime = startTransfer(this.#transferTime, "samples", bytes.length);
    return feedSamples(send, mtu, bytes, inTime, from);
  }

  /**
   * Has the application give its source's samples over the link, instead of running, or begin anew. Without a request for them it begins
   * anew after five seconds.
   *
   * @returns how it does then: "capturing" where the source gives samples
   * @throws `board-locked` where it does not share them; `board-no-model` where the active model is no application
   */
  async capture(start: boolean): Promise<BoardApplication> {
    const answer = await this.#inference("capturing", "write", 16, { start });
    return readAnswer(answers.application, answer, "capturing");
  }

  /**
   * Samples that come from now on, of an application that gives them. Those that are lost on the way, or before they could be fetched,
   * are told.
   *
   * @param hop samples of each channel that the application's runs take: the most that comes at once
   * @param allowedLoss samples of each channel that may be lost
   * @throws `capture-incomplete` where more was lost; `board-bad-request` where it does not capture any more
   */
  async captured(
    { rate, channels }: { readonly rate: number; readonly channels: number },
    hop: number,
    moments: number,
    allowedLoss = 0,
  ): Promise<Captured> {
    const { mtu } = await this.#known();
    const room = roomForData(mtu, { from: 0xffffffff, data: new Uint8Array(0), ended: false });
    const worthwhile = Math.max(1, Math.min(hop, Math.floor(room / (2 * channels))));
    const millis = Math.min(20, Math.max(1, (1000 * worthwhile) / (2 * rate)));
    const transfer = {
      ...this.#transferTime,
      baseMillis: this.#transferTime.baseMillis + (4000 * moments) / rate,
    };
    return captureSamples(
      async (from) => {
        const answer = await this.#inference("samples of the source", "read", 16, { from });
        return readAnswer(answers.captured, answer, "samples of the source");
      },
      { channels, moments, worthwhile, allowedLoss },
      () => new Promise((resolve) => setTimeout(resolve, millis)),
      startTransfer(transfer, "samples of the source", 2 * channels * moments),
    );
  }

  /**
   * The samples around events that the board keeps.
   *
   * @throws `board-locked` where the application keeps none; `board-no-model` where the active model is no application
   */
  async snippets(): Promise<Snippets> {
    return readAnswer(answers.snippets, await this.#inference("snippets", "read", 17, {}), "snippets");
  }

  /** The samples of one of them. */
  async snippet({ number, samples }: Snippet): Promise<Int16Array> {
    const bytes = await this.#read({ what: "a snippet", bytes: 2 * samples, exact: true }, (off) =>
      this.#inference("a snippet", "read", 17, { snippet: number, off }),
    );
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Int16Array.from({ length: samples }, (_, i) => view.getInt16(2 * i, true));
  }

  /** Has the board keep another one in its place. */
  async releaseSnippet(number: number): Promise<void> {
    await this.#inference("releasing a snippet", "write", 17, { release: number });
  }

  /** Has the board tell of events, whose actions say so, as they begin: `onNotice` takes them. Until it starts anew, or no longer. */
  async notify(on: boolean): Promise<void> {
    await this.#inference("notifications", "write", noticeCommand, { on });
  }

  /**
   * Counts of the application's histograms, each of as many bins as are told.
   *
   * @throws `board-locked` where it has none; `board-no-model` where the active model is no application
   */
  async histograms(bins: readonly number[]): Promise<number[][]> {
    const found: number[][] = [];
    while (found.length < bins.length) {
      const answer = await this.#inference("histograms", "read", 18, { from: found.length });
      const { histograms } = readAnswer(answers.histograms, answer, "histograms");
      found.push(...histograms);
      const fits = found.length <= bins.length && found.every((counts, i) => counts.length === bins[i]);
      if (histograms.length === 0 || !fits) refuseAnswer("histograms", `${found.length} of ${bins.length}`);
    }
    return found;
  }

  /**
   * Bytes of samples that the line brings in a second, in requests of a hop each, by the board's own clock; undefined where its
   * counter counts no time.
   *
   * @param hopBytes bytes of a hop
   */
  async samplesRate(hopBytes: number): Promise<number | undefined> {
    const { unit, hz, mtu } = await this.status();
    if (unit !== "cycles") return undefined;
    const elapsed = async () => (await this.application()).elapsed;
    const [before, begun] = [await elapsed(), await elapsed()];
    let [bytes, requests] = [0, 0];
    for (; requests < 4; requests++) {
      const answer = await this.#inference("manifest", "read", 1, { off: 0 });
      bytes += readAnswer(answers.part, answer, "manifest").data.length;
    }
    const taken = (await elapsed()) - begun - (begun - before);
    const room = roomForData(mtu, { from: 0xffffffff, data: new Uint8Array(0), ended: false });
    const share = Math.min(1, Math.min(hopBytes, room) / Math.max(1, bytes / requests));
    return taken > 0 ? (bytes * share * hz) / taken : undefined;
  }

  /**
   * The log of events that the active application has written, oldest first.
   *
   * @throws `board-locked` where the application does not share its events; `board-no-model` where the model is no application
   */
  async events(): Promise<LoggedEvent[]> {
    const found: LoggedEvent[] = [];
    for (;;) {
      const from = (found.at(-1)?.sequence ?? -1) + 1;
      const answer = await this.#inference("the log of events", "read", 13, { from });
      const { entries } = readAnswer(answers.log, answer, "the log of events");
      if (entries.length === 0) return found;
      for (const entry of entries) {
        const before = found.at(-1)?.sequence ?? -1;
        if (entry.sequence <= before) {
          refuseAnswer("the log of events", `entry ${entry.sequence} after ${before}`);
        }
        found.push(entry);
        if (found.length > mostLoggedEvents) {
          refuseAnswer("the log of events", `more than ${mostLoggedEvents} entries`);
        }
      }
    }
  }

  /** Forgets the log of events. */
  async clearEvents(): Promise<void> {
    const limits = { timeoutMillis: this.#flashTimeoutMillis };
    await this.#inference("clearing the log of events", "write", 13, { clear: true }, limits);
  }

  /** Ends the line. */
  close(): Promise<void> {
    return this.#client.close();
  }

  async #known(): Promise<BoardStatus> {
    return this.#status ?? (await this.status());
  }

  #read(answer: LongAnswer, ask: (off: number) => Promise<Payload>): Promise<Uint8Array> {
    return readParts(ask, answer, startTransfer(this.#transferTime, answer.what, answer.bytes));
  }

  #os = this.#group(groups.os);
  #image = this.#group(groups.image);
  #inference = this.#group(groups.inference);

  #group(group: number) {
    return (
      what: string,
      operation: "read" | "write",
      command: number,
      payload: Payload,
      limits: { timeoutMillis?: number; attempts?: number } = {},
    ): Promise<Payload> => this.#client.request({ what, operation, group, command, payload, ...limits });
  }
}
