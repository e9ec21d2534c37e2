import { encodeFrames, FrameDecoder } from "../../host/device/frames.js";
import { decodeMessage, encodeMessage, type Message, type Payload } from "../../host/device/smp.js";
import type { Transport } from "../../host/device/transport.js";

/** A line whose other end is the test: what was asked, and answers put onto it by hand. */
export class FakeLine implements Transport {
  readonly name = "the fake line";
  /** Requests, in the order in which they came. */
  readonly asked: Message[] = [];
  closed = 0;
  /** Called for each request. */
  onAsked: (request: Message) => void = () => undefined;
  #listener: (bytes: Uint8Array) => void = () => undefined;
  #end: (reason: string) => void = () => undefined;
  readonly #decoder = new FrameDecoder({
    message: (bytes) => {
      const request = decodeMessage(bytes);
      if (request === undefined) throw new Error("a request is no message");
      this.asked.push(request);
      this.onAsked(request);
    },
  });

  write(bytes: Uint8Array): void {
    this.#decoder.push(bytes);
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  onEnd(listener: (reason: string) => void): void {
    this.#end = listener;
  }

  async close(): Promise<void> {
    this.closed++;
  }

  /** Ends the line, as when the cable is pulled. */
  end(reason: string): void {
    this.#end(reason);
  }

  /** Sends bytes to the host. */
  send(bytes: Uint8Array): void {
    this.#listener(bytes);
  }

  /** Answers a request, with what is given changed. */
  answer(request: Message, payload: Payload, change: Partial<Message> = {}): void {
    const message = { ...request, operation: request.operation + 1, payload, ...change };
    this.send(encodeFrames(encodeMessage(message)));
  }
}
