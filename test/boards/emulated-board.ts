import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, encodePacket, LineReader, toLines } from "./smp-line.js";

/** How an emulator is started. */
export interface EmulatorCommand {
  program: string;
  arguments: readonly string[];
}

/** Firmware that runs on an emulator, spoken to over its UART. */
export class EmulatedBoard {
  private readonly answers: Answer[] = [];
  private wake: () => void = () => {};
  private sequence = 0;
  stderr = "";

  private constructor(
    private readonly emulator: ChildProcess,
    private readonly line: Socket,
    private readonly folder: string,
  ) {
    const reader = new LineReader();
    line.on("data", (bytes) => {
      for (const byte of bytes) {
        const answer = reader.take(byte);
        if (answer !== undefined) this.answers.push(answer);
      }
      this.wake();
    });
  }

  /** Starts the emulator and waits until the firmware echoes: what is sent before it has begun is lost. */
  static async start(command: EmulatorCommand): Promise<EmulatedBoard> {
    const folder = mkdtempSync(join(tmpdir(), "wasmote-board-"));
    const path = join(folder, "uart");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const connected = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const emulator = spawn(
      command.program,
      [...command.arguments, "-display", "none", "-monitor", "none", "-serial", `unix:${path}`],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let stderr = "";
    emulator.stderr?.on("data", (text) => {
      stderr += text;
    });
    const failed = new Promise<never>((_, reject) => {
      emulator.once("error", reject);
      emulator.once("exit", (code) => reject(new Error(`the emulator ended with ${code}: ${stderr}`)));
    });
    failed.catch(() => {});
    const line = await Promise.race([connected, failed]);
    server.close();
    const board = new EmulatedBoard(emulator, line, folder);
    const echo = toLines(encodePacket(2, 0, 0, 0xff, { d: "" }));
    for (let attempt = 0; attempt < 50; attempt++) {
      board.send(echo);
      if ((await board.receive(200)) !== undefined) return board;
    }
    await board.stop();
    throw new Error("the firmware does not echo");
  }

  /** Sends bytes as they are. */
  send(bytes: string | Uint8Array): void {
    this.line.write(bytes);
  }

  /** The next answer; undefined if none comes in time. */
  async receive(milliseconds: number): Promise<Answer | undefined> {
    const end = Date.now() + milliseconds;
    while (this.answers.length === 0 && Date.now() < end) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - Date.now());
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.answers.shift();
  }

  /** Asks and waits for the answer. Throws if none comes in time. */
  async ask(
    operation: number,
    group: number,
    command: number,
    payload: object = {},
    milliseconds = 60_000,
  ): Promise<Record<string, unknown>> {
    const sequence = this.sequence++ & 0xff;
    this.send(toLines(encodePacket(operation, group, command, sequence, payload)));
    for (;;) {
      const answer = await this.receive(milliseconds);
      if (answer === undefined) throw new Error(`no answer to command ${command} of group ${group}`);
      if (answer.sequence === sequence && answer.command === command && answer.group === group)
        return answer.payload;
    }
  }

  /** Ends the emulator. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.emulator.once("exit", resolve));
    this.line.destroy();
    this.emulator.kill("SIGKILL");
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
