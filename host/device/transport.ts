/** A line to a board: bytes in both directions, in order, possibly cut and damaged on the way. */
export interface Transport {
  /** What errors call it, as `/dev/ttyACM0` or `the emulator of pico`. */
  readonly name: string;
  /** Sends bytes. Does nothing once the line is closed. */
  write(bytes: Uint8Array): void;
  /** Whoever wants the bytes that arrive. There is one listener; a later one replaces it. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Told once when the line ends by itself, with the reason for a person; at once where it has ended already. */
  onEnd(listener: (reason: string) => void): void;
  /** Ends the line and what was started for it. May be called again. */
  close(): Promise<void>;
}
