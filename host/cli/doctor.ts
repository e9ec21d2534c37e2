import type { Command } from "commander";
import { loadBoard, loadBoards } from "../boards/index.js";
import type { Diagnosis } from "../doctor/index.js";
import { WasmoteError } from "../errors.js";
import { diagnosisText } from "./doctor-text.js";
import { addHelp } from "./help.js";
import type { Output } from "./output.js";

interface DoctorOptions {
  board?: string;
  json?: boolean;
}

const help = `
Each thing is ok, missing, optional (something else does the same), or a hint (it stands in the way of some); below what
is not ok stands the one command that mends it. \`wasmote toolchain\` installs all that firmware and emulators take.

Exit codes: without --board, 0 where models run here and each board that is plugged in can be flashed, else 3;
with --board, 0 where its firmware can be had and it can be emulated or flashed, else 3.`;

/** Adds the command `doctor` to the program. */
export function registerDoctor(program: Command, output: Output): void {
  const command = program
    .command("doctor")
    .description("Say what this machine has and lacks for building, emulating and flashing boards.")
    .option("--board <board>", "ask about one board of `wasmote boards` alone")
    .option("--json", "print {machine, findings, boards, connected, ready, verdict, mend} as JSON")
    .action((options: DoctorOptions) => doctor(options, output));
  addHelp(command, help);
}

async function doctor({ board, json }: DoctorOptions, output: Output): Promise<void> {
  const boards = board === undefined ? loadBoards() : [loadBoard(board)];
  const { diagnose } = await import("../doctor/index.js");
  output.progress("looking at this machine");
  const diagnosis = await diagnose(boards, board !== undefined);
  output.done();
  if (json) output.json(diagnosis);
  else output.data(diagnosisText(diagnosis, output));
  if (!diagnosis.ready) throw unready(diagnosis, board);
  if (!json) output.data(["", `${output.styles.green("ready")}: ${diagnosis.verdict}`]);
}

function unready({ verdict, mend }: Diagnosis, board: string | undefined): WasmoteError {
  const again = `wasmote doctor${board === undefined ? "" : ` --board ${board}`}`;
  const more = mend === undefined ? {} : { help: `Begin with: ${mend}; then ask \`${again}\` again.` };
  return new WasmoteError("machine-unready", verdict, {}, more);
}
