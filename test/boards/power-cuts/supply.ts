import { Ending } from "../../../host/device/ending.js";
import type { Transport } from "../../../host/device/transport.js";

/** The power of an emulated board, and the line to it. */
export interface Supply {
  /** The line from this start on; it ends when power fails. */
  open(): Transport;
  /** What moments are counted by: it goes up as the board works. */
  now(): number;
  /** Has power fail at a moment, and come back. */
  failAt(moment: number): Failure;
  close(): Promise<void>;
}

/** Power that is to fail. */
export interface Failure {
  /** Has it fail at once, where it has not by now; done when the board starts again. */
  happen(): Promise<void>;
}

/** Makes a line that outlives failures of power into lines that end with them. */
export class LineOfStarts {
  readonly #line: Transport;
  #ending = new Ending();
  #listener: (bytes: Uint8Array) => void = () => undefined;

  constructor(line: Transport) {
    this.#line = line;
    line.onData((bytes) => this.#listener(bytes));
    line.onEnd((reason) => this.#ending.reach(reason));
  }

  open(): Transport {
    const ending = new Ending();
    this.#ending = ending;
    return {
      name: this.#line.name,
      write: (bytes) => {
        if (!ending.reached) this.#line.write(bytes);
      },
      onData: (listener) => {
        this.#listener = listener;
      },
      onEnd: (listener) => ending.tell(listener),
      close: async () => {
        ending.close();
        ending.reach("closed");
      },
    };
  }

  /** Power has failed. */
  end(): void {
    this.#listener = () => undefined;
    this.#ending.reach("power failed");
  }
}
