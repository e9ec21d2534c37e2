import type { Board } from "../../host/boards/index.js";
import { openModule } from "../../host/package/open.js";
import { openBoardRunner } from "../../host/run/board.js";
import { openRunner } from "../../host/run/index.js";
import { startBoard } from "./emulators.js";

/** Outputs of a model on an emulated board, by the kernels in the file. */
export async function onBoard(
  board: Board,
  wasm: Uint8Array,
  given: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  const device = await startBoard(board, wasm);
  try {
    const opened = openModule(wasm);
    const runner = await openBoardRunner(board.id, device, wasm, opened, { tier: "portable" });
    for (const [i, bytes] of given.entries()) await runner.writeInput(i, bytes);
    await runner.run();
    const outputs: Uint8Array[] = [];
    for (const i of opened.manifest.outputs.keys()) outputs.push(await runner.readOutput(i));
    return outputs;
  } finally {
    await device.close();
  }
}

/** Outputs of a model on V8. */
export async function onHost(wasm: Uint8Array, given: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const opened = openModule(wasm);
  const runner = await openRunner("node", wasm, opened);
  for (const [i, bytes] of given.entries()) runner.writeInput(i, bytes);
  runner.run();
  const outputs = opened.manifest.outputs.map((_, i) => Uint8Array.from(runner.readOutput(i)));
  runner.close();
  return outputs;
}
