import { existsSync } from "node:fs";
import type { Board, FlashMethod } from "../boards/index.js";
import { describeUsbId, portIds } from "../device/find-port.js";
import { WasmoteError } from "../errors.js";
import { findProgram, findTool, missing } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import { runProgram } from "../tools/run.js";
import { type EspToolJs, flashByEspToolJs, loadEspToolJs } from "./esptool-js.js";
import type { Flasher, FlashTask } from "./flasher.js";
import { describePort, isPort, type SerialPorts } from "./serial-ports.js";

/** How esptool is called on this machine: as `esptool`, `esptool.py`, or as a module of Python. */
interface Command {
  program: string;
  args: readonly string[];
}

/**
 * esptool with the boot loader in the ROM of Espressif's chips, or npm's esptool-js where there is no Python.
 * Source: esptool documentation, "write-flash", and "Migration guide", "v5".
 */
export class EspTool implements Flasher {
  readonly name = "esptool";
  readonly takes = "port";
  readonly #method: Extract<FlashMethod, { method: "esptool" }>;
  readonly #ports: SerialPorts;
  readonly #load: () => Promise<EspToolJs | undefined>;

  /** @param load gives esptool-js; undefined where it is not installed */
  constructor(
    method: Extract<FlashMethod, { method: "esptool" }>,
    ports: SerialPorts,
    load: () => Promise<EspToolJs | undefined> = loadEspToolJs,
  ) {
    this.#method = method;
    this.#ports = ports;
    this.#load = load;
  }

  async lacks(): Promise<Program | undefined> {
    const found = findTool("esptool") ?? (await pythonModule())?.program ?? (await this.#load());
    return found === undefined ? "esptool" : undefined;
  }

  usbIds(board: Board): readonly string[] {
    return board.usb;
  }

  /** Boards of one chip come with its own USB, with a UART bridge, or with both. */
  behind(board: Board): readonly string[] {
    return portIds(board).filter((id) => !board.usb.includes(id));
  }

  async find(wanted: string | undefined): Promise<void> {
    if (wanted === undefined) return;
    if (!isPort(wanted)) {
      throw new WasmoteError("device-missing", `${wanted} is no port; esptool is told the board by its port`);
    }
    if (wanted.startsWith("/") && !existsSync(wanted)) throw new WasmoteError("device-missing", wanted);
  }

  async flash(task: FlashTask): Promise<void> {
    const { chip, offset } = this.#method;
    const { files, wanted, onLine } = task;
    const program = findTool("esptool");
    const command = program === undefined ? await pythonModule() : { program, args: [] };
    if (command === undefined) return this.#flashByJs(task);
    const port = wanted === undefined ? [] : ["--port", wanted];
    const write = [await writeCommand(command), `0x${offset.toString(16)}`, files.bin];
    await runProgram(command.program, [...command.args, "--chip", chip, ...port, ...write], { onLine });
  }

  async #flashByJs({ board, files, wanted, onLine }: FlashTask): Promise<void> {
    const espTool = await this.#load();
    if (espTool === undefined) throw missing("esptool");
    const path = wanted ?? (await this.#onlyPort(board));
    await flashByEspToolJs(espTool, { ...this.#method, path, file: files.bin, onLine });
  }

  /** esptool tries every port for itself; esptool-js takes one. */
  async #onlyPort(board: Board): Promise<string> {
    const all = await this.#ports.list();
    const [usual, behind] = [this.usbIds(board), this.behind(board)];
    const portsOf = (ids: readonly string[]) => all.filter(({ id }) => id !== undefined && ids.includes(id));
    const own = portsOf(usual);
    const [only, ...others] = own.length > 0 ? own : portsOf(behind);
    if (only !== undefined && others.length === 0) return only.path;
    const there =
      all.length === 0 ? "there are no serial ports" : `there are ${all.map(describePort).join(", ")}`;
    const code = only === undefined ? "device-missing" : "device-ambiguous";
    const help = "Name the board's port with --device.";
    const looked = [...usual, ...behind].map(describeUsbId).join(" or ");
    throw new WasmoteError(code, `a serial port, USB ${looked}; ${there}`, {}, { help });
  }
}

/** Python with the module esptool; undefined where there is none. */
async function pythonModule(): Promise<Command | undefined> {
  for (const name of ["python3", "python"]) {
    const program = findProgram(name);
    if (program === undefined) continue;
    const args = ["-m", "esptool"];
    const there = await runProgram(program, [...args, "version"]).then(
      () => true,
      () => false,
    );
    if (there) return { program, args };
  }
  return undefined;
}

/** `write-flash` since version 5, which takes the older spelling with a warning. */
async function writeCommand({ program, args }: Command): Promise<string> {
  const said = await runProgram(program, [...args, "version"]).catch(() => "");
  const major = /^(?:esptool(?:\.py)? v)?(\d+)\.\d+/m.exec(said)?.[1];
  return Number(major ?? 0) >= 5 ? "write-flash" : "write_flash";
}
