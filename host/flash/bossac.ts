import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { FlashMethod } from "../boards/index.js";
import { WasmoteError } from "../errors.js";
import { findProgram, findTool, missing } from "../tools/find.js";
import type { Program } from "../tools/packages.js";
import { runProgram } from "../tools/run.js";
import type { Flasher, FlashTask } from "./flasher.js";
import { describePort, isPort, isSamePort, type SerialPortInfo, type SerialPorts } from "./serial-ports.js";

/**
 * bossac with Arduino's boot loader (SAM-BA, extended), called as Arduino's own tools call it.
 * Sources: ArduinoCore-mbed, platform.txt, `tools.bossac.upload.pattern`; BOSSA, src/bossac.cpp.
 */
export class Bossac implements Flasher {
  readonly name = "bossac";
  readonly takes = "port";
  readonly bootLoaders: readonly string[];
  readonly #method: Extract<FlashMethod, { method: "bossac" }>;
  readonly #ports: SerialPorts;
  readonly #arduinoFolder: string;

  /** @param arduinoFolder where Arduino's tools keep their packages; this user's by default */
  constructor(
    method: Extract<FlashMethod, { method: "bossac" }>,
    ports: SerialPorts,
    arduinoFolder: string = arduinoData(),
  ) {
    this.#method = method;
    this.#ports = ports;
    this.#arduinoFolder = arduinoFolder;
    this.bootLoaders = [method.bootLoader];
  }

  async lacks(): Promise<Program | undefined> {
    return this.#program() === undefined ? "bossac" : undefined;
  }

  usbIds(): readonly string[] {
    return [];
  }

  async find(wanted: string | undefined): Promise<void> {
    await this.#port(wanted);
  }

  async flash({ files, wanted, onLine }: FlashTask): Promise<void> {
    const { path } = await this.#port(wanted);
    const program = this.#program();
    if (program === undefined) throw missing("bossac");
    const { offset } = this.#method;
    const where = offset === 0 ? [] : [`--offset=0x${offset.toString(16)}`];
    const args = ["-d", `--port=${basename(path)}`, "-U", "-i", "-e", ...where, "-w", files.bin, "-R"];
    await runProgram(program, args, { onLine });
  }

  /** Arduino's build of it knows nRF52 parts, which Debian's does not: it comes first. */
  #program(): string | undefined {
    const tools = join(this.#arduinoFolder, "packages", "arduino", "tools", "bossac");
    const versions = entries(tools).sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
    return (
      findProgram("bossac", versions.map((version) => join(tools, version)).join(pathDelimiter)) ??
      findTool("bossac")
    );
  }

  async #port(wanted: string | undefined): Promise<SerialPortInfo> {
    const all = await this.#ports.list();
    const inBootLoader = all.filter(({ id }) => id === this.#method.bootLoader);
    const matching = inBootLoader.filter(
      (port) => wanted === undefined || isSamePort(port, wanted) || [port.id, port.serial].includes(wanted),
    );
    const [only, ...others] = matching;
    if (others.length > 0)
      throw new WasmoteError("device-ambiguous", `the ports ${matching.map(describePort).join(", ")}`);
    if (only !== undefined) return only;
    if (wanted !== undefined && isPort(wanted) && all.length === 0) return { path: wanted };
    const there =
      all.length === 0 ? "there are no serial ports" : `there are ${all.map(describePort).join(", ")}`;
    const looked = `a serial port of the boot loader, USB ${this.#method.bootLoader}`;
    throw new WasmoteError(
      "device-missing",
      `${looked}${wanted === undefined ? "" : `, named ${wanted}`}; ${there}`,
    );
  }
}

const pathDelimiter = process.platform === "win32" ? ";" : ":";

/** Source: Arduino CLI documentation, "Configuration keys", `directories.data`. */
function arduinoData(): string {
  if (process.platform === "win32") return join(process.env.LOCALAPPDATA ?? homedir(), "Arduino15");
  return process.platform === "darwin"
    ? join(homedir(), "Library", "Arduino15")
    : join(homedir(), ".arduino15");
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
