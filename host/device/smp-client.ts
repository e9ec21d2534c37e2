import { randomInt } from "node:crypto";
import { WasmoteError } from "../errors.js";
import { encodeFrames, FrameDecoder } from "./frames.js";
import { type Notice, noticeIn } from "./notice.js";
import { errorIn } from "./return-codes.js";
import { decodeMessage, encodeMessage, type Message, operations, type Payload } from "./smp.js";
import type { Transport } from "./transport.js";

/** What is asked of a board. */
export interface Request {
  /** The request, for a person: "echo". */
  what: string;
  operation: "read" | "write";
  group: number;
  command: number;
  payload: Payload;
  /** How long an answer is waited for, in milliseconds, at each attempt. */
  timeoutMillis?: number;
  /** How often it is sent. 1 for what must not be done twice. */
  attempts?: number;
}

/** How a client behaves. */
export interface ClientOptions {
  timeoutMillis?: number;
  attempts?: number;
  /** Takes the board's text: lines that are no frames. */
  onText?(line: string): void;
  /** Told when the line ends by itself, and why. */
  onEnd?(reason: string): void;
  /** Told of packets that were dropped, and why. */
  onDropped?(reason: string): void;
  /** Takes events that the board tells of without being asked for them. */
  onNotice?(notice: Notice): void;
}

interface Waiting {
  request: Message;
  answer(message: Message): void;
  fail(error: Error): void;
}

const defaults = { timeoutMillis: 2000, attempts: 5 };

/**
 * Asks a board by SMP: one request at a time, repeated with the same sequence number until its answer arrives.
 * Answers to anything else are ignored.
 */
export class SmpClient {
  readonly #transport: Transport;
  readonly #timeoutMillis: number;
  readonly #attempts: number;
  #sequence = randomInt(256);
  #waiting: Waiting | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #ended: string | undefined;

  constructor(transport: Transport, options: ClientOptions = {}) {
    this.#transport = transport;
    this.#timeoutMillis = options.timeoutMillis ?? defaults.timeoutMillis;
    this.#attempts = options.attempts ?? defaults.attempts;
    const decoder = new FrameDecoder({
      message: (bytes) => this.#receive(bytes, options),
      text: (line) => options.onText?.(line),
      dropped: (reason) => options.onDropped?.(reason),
    });
    transport.onData((bytes) => decoder.push(bytes));
    transport.onEnd((reason) => {
      this.#ended = reason;
      this.#waiting?.fail(this.#endedError(reason));
      options.onEnd?.(reason);
    });
  }

  /** Name of the line. */
  get name(): string {
    return this.#transport.name;
  }

  /**
   * Sends a request and gives its answer's payload. Requests made meanwhile wait for their turn.
   *
   * @throws `board-silent` where no answer arrives, and the error that the board answers (docs/link.md)
   */
  request(request: Request): Promise<Payload> {
    const result = this.#queue.then(() => this.#exchange(request));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Ends the line. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  async #exchange({ what, operation, group, command, payload, ...limits }: Request): Promise<Payload> {
    const timeout = limits.timeoutMillis ?? this.#timeoutMillis;
    const attempts = limits.attempts ?? this.#attempts;
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xff;
    const request = { operation: operations[operation], group, command, sequence, payload };
    const lines = encodeFrames(encodeMessage(request));
    for (let attempt = 0; attempt < attempts; attempt++) {
      const answer = await this.#attempt(request, lines, timeout);
      if (answer === undefined) continue;
      const error = errorIn(answer.payload, what);
      if (error !== undefined) throw error.at({ file: this.name });
      return answer.payload;
    }
    const times = attempts === 1 ? "" : `, ${attempts} times`;
    throw new WasmoteError("board-silent", `no answer to ${what} within ${timeout / 1000} s${times}`, {
      file: this.name,
    });
  }

  #attempt(request: Message, lines: Uint8Array, timeoutMillis: number): Promise<Message | undefined> {
    return new Promise<Message | undefined>((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#endedError(this.#ended));
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#waiting = undefined;
        act();
      };
      const timer = setTimeout(() => settle(() => resolve(undefined)), timeoutMillis);
      this.#waiting = {
        request,
        answer: (message) => settle(() => resolve(message)),
        fail: (error) => settle(() => reject(error)),
      };
      this.#transport.write(lines);
    });
  }

  #receive(bytes: Uint8Array, { onNotice }: ClientOptions): void {
    const message = decodeMessage(bytes);
    const notice = message && noticeIn(message);
    if (notice !== undefined) onNotice?.(notice);
    const request = this.#waiting?.request;
    if (message === undefined || request === undefined) return;
    const matches =
      message.operation === request.operation + 1 &&
      message.group === request.group &&
      message.command === request.command &&
      message.sequence === request.sequence;
    if (matches) this.#waiting?.answer(message);
  }

  #endedError(reason: string): WasmoteError {
    return new WasmoteError("board-silent", reason, { file: this.name });
  }
}
