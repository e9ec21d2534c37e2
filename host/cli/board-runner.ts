import { type Command, InvalidArgumentError, Option } from "commander";
import { type Board, boardNames, loadBoard } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { suggestion } from "../nearest.js";
import type { BoardRunner } from "../run/board.js";
import { runners } from "../run/index.js";
import { type LocalRunner, type Tier, tiers } from "../run/types.js";
import { ofNoUse, UsageError } from "./errors.js";
import { percent } from "./figures.js";
import { readPrivateKeyFile } from "./key-files.js";
import { type ModuleFile, openRunnerFor } from "./module-file.js";
import type { Output } from "./output.js";

/** Options of the commands that can use a board. */
export interface BoardOptions {
  on?: string;
  tier?: Tier;
  port?: string;
  limit?: number;
  key?: string;
}

/** Adds the options that say where a model runs: `--on`, `--tier`, `--port`, `--limit`, `--key`. */
export function addBoardOptions(command: Command): Command {
  return command
    .addOption(onOption())
    .addOption(
      new Option(
        "--tier <tier>",
        "which kernels run; on a board by default accelerated where it offers that, else portable",
      ).choices(tiers),
    )
    .addOption(portOption())
    .option(
      "--limit <n>",
      "most that one run may take: on wasm3 and node in milliseconds, by default 5 s and 1 s for each ten million MACs, " +
        "at most a minute; on a board in its counter's unit, by default what the board says",
      wholeNumber,
    )
    .addOption(keyOption());
}

/** The runner where neither `--on` nor `--port` names one. */
const defaultRunner = "wasm3";

function onOption(): Option {
  const names = Object.keys(runners).join(", ");
  return new Option(
    "--on <runner>",
    `${names}, or a board of \`wasmote boards\`; ${defaultRunner} by default, or the board at --port`,
  );
}

/** The option `--port`. */
export function portOption(): Option {
  return new Option(
    "--port <port>",
    "a connected board: a serial port, auto to find it by its USB ids, tcp://HOST:PORT or unix:PATH",
  );
}

/** The option `--key`. */
export function keyOption(): Option {
  return new Option(
    "--key <file>",
    "the private key, .pem, of a board that runs signed models only: what changes the board takes it",
  );
}

/** Reads a whole number from the command line. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("It must be a whole number from 1 on.");
  }
  return value;
}

/** Whether the options name a board, not an engine in this process. */
export function namesBoard({ on, port }: BoardOptions): boolean {
  return port !== undefined || (on !== undefined && !Object.hasOwn(runners, on));
}

/** Whether a runner is a board, which counts by itself. */
export function isBoardRunner(runner: LocalRunner | BoardRunner): runner is BoardRunner {
  return "count" in runner;
}

/**
 * Opens what `--on` names: an engine in this process or a board, at `--port` or in its emulator. With `--port` alone it
 * is the board that is there.
 *
 * @throws `UsageError` for a port of an engine; `board-unknown`, `tier-unavailable`, what engines throw, what
 *   `connectBoard` and `openBoardRunner` throw
 */
export async function openRunnerOrBoard(
  options: BoardOptions,
  file: ModuleFile,
  output: Output,
): Promise<LocalRunner | BoardRunner> {
  const { tier, port, limit } = options;
  const on = options.on ?? (port === undefined ? defaultRunner : undefined);
  if (options.key !== undefined && !namesBoard(options))
    throw ofNoUse("--key", `${on} runs in this process, which takes any model`);
  if (on !== undefined && Object.hasOwn(runners, on)) {
    if (port === undefined) return openRunnerFor(on, file, { tier, limitMillis: limit }, output);
    throw new UsageError(
      `--on ${on} runs in this process, and --port ${port} names a board`,
      "Leave one of them out: a port alone means the board behind it.",
    );
  }
  const board = on === undefined ? undefined : runnerBoard(on);
  const key = await readPrivateKeyFile(options.key, output);
  const { openBoardRunner } = await import("../run/board.js");
  const { requireFit } = await import("../boards/index.js");
  const { predictFit } = await import("../needs/index.js");
  if (board !== undefined) requireFit(await predictFit(file.wasm, file, board));
  const { connectBoard } = await import("../device/connect.js");
  let name = on ?? "board";
  const onText = boardText(() => name, output);
  const onProgress = (thing: string, detail?: string): void => output.progress(thing, detail);
  const device = await connectBoard(board, { port, model: file.wasm, onText, onProgress });
  try {
    if (board === undefined) name = (await device.status()).board;
    return await openBoardRunner(name, device, file.wasm, file, {
      tier,
      limit,
      key,
      onUpload: uploadProgress(output),
    });
  } catch (error) {
    await device.close();
    throw error;
  }
}

/** Characters of a board's text that are shown: one that floods its line is no reason to flood a terminal. */
const maxTextLength = 2 ** 16;

/** Shows a board's text line by line, each after the board's name, until there is too much of it. */
export function boardText(name: () => string, output: Pick<Output, "talk">): (line: string) => void {
  let length = 0;
  return (line) => {
    if (length > maxTextLength) return;
    length += line.length + 1;
    output.talk(
      `${name()}: ${length > maxTextLength ? "more text is left out; `wasmote monitor` shows all of it" : line}`,
    );
  };
}

/** The board that `--on` names. Throws `board-unknown`, which names the runners as well. */
export function runnerBoard(on: string): Board {
  if (boardNames().includes(on)) return loadBoard(on);
  const names = [...Object.keys(runners), ...boardNames()];
  const own = Object.keys(runners)
    .map((name) => `--on ${name}`)
    .join(", ");
  throw new WasmoteError(
    "board-unknown",
    `"${on}"${suggestion(on, names)}; there are ${Object.keys(runners).join(", ")}, and the boards ${boardNames().join(", ")}`,
    {},
    { help: `Use ${own}, or --on BOARD with a board that \`wasmote boards\` lists.` },
  );
}

/** Shows how far an upload is. */
export function uploadProgress(output: Output): (done: number, total: number) => void {
  return (done, total) => output.progress("sending the model", percent(done, total));
}
