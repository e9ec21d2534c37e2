import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import { readPickedFiles } from "../../host/import/picked-files.js";

const file = (name: string, ...bytes: number[]): File => new File([Uint8Array.from(bytes)], name);

test("files are found by their names, whatever folder the model says they lie in", async () => {
  const readFile = await readPickedFiles([file("model.json", 1), file("shard.bin", 2, 3)]);
  assert.equal(readFile("model.json"), Uint8Array.of(1));
  assert.equal(readFile("weights/shard.bin"), Uint8Array.of(2, 3));
});

test("a file that was not picked, and one of two of a name, are refused", async () => {
  const readFile = await readPickedFiles([file("a.bin", 1), file("a.bin", 2)]);
  const refused = (path: string, detail: string): void => {
    assert.throws(
      () => readFile(path),
      (error: unknown) =>
        error instanceof WasmoteError &&
        error.code === "file-unreadable" &&
        error.detail === detail &&
        error.place.file === path,
    );
  };
  refused("b.bin", "it was not picked");
  refused("a.bin", "2 files of that name were picked");
});

test("a file larger than is asked for, or than any that is read, is refused", async () => {
  const readFile = await readPickedFiles([file("a.bin", 1, 2, 3)]);
  assert.equal(readFile("a.bin", 3).length, 3);
  const tooLarge = (error: unknown) => error instanceof WasmoteError && error.code === "file-too-large";
  assert.throws(() => readFile("a.bin", 2), tooLarge);
  const large = { name: "b.bin", size: 2 ** 28 + 1, arrayBuffer: () => assert.unreachable("it was read") };
  let thrown: unknown;
  await readPickedFiles([large as unknown as File]).catch((error: unknown) => {
    thrown = error;
  });
  assert.ok(tooLarge(thrown));
});

test.run();
