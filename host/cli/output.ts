import { type Styles, stylesFor } from "./styles.js";

/** Where a command writes: data to `data`, talk to `talk`. */
export interface Output {
  /** Writes data to stdout, with a line end. */
  data(text: string): void;
  /** Writes talk to stderr, with a line end. */
  talk(text: string): void;
  /** Shows what is going on while it takes long; cleared by `done`. Silent where stderr is no terminal. */
  progress(text: string): void;
  done(): void;
  /** Colours of stdout. */
  styles: Styles;
}

const clearLine = "\r\u001b[K";

/** The output of this process. */
export function processOutput(): Output {
  let shown = false;
  const clear = () => {
    if (shown) process.stderr.write(clearLine);
    shown = false;
  };
  return {
    data: (text) => {
      clear();
      process.stdout.write(`${text}\n`);
    },
    talk: (text) => {
      clear();
      process.stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (process.stderr.isTTY !== true) return;
      process.stderr.write(`${clearLine}${text}`);
      shown = true;
    },
    done: clear,
    styles: stylesFor(process.stdout),
  };
}
