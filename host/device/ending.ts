/** How a line ends: once, by itself with a reason, or because it is closed, which is told to nobody. */
export class Ending {
  #reason: string | undefined;
  #closing = false;
  #listener: (reason: string) => void = () => undefined;

  /** Whether the line has ended by itself. */
  get reached(): boolean {
    return this.#reason !== undefined;
  }

  /** The line ends by itself. Only the first reason counts. */
  reach(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    if (!this.#closing) this.#listener(reason);
  }

  /** Sets who is told; at once where the end is reached already. */
  tell(listener: (reason: string) => void): void {
    this.#listener = listener;
    if (this.#reason !== undefined && !this.#closing) listener(this.#reason);
  }

  /** From now on, an end is what was wanted. */
  close(): void {
    this.#closing = true;
  }
}
