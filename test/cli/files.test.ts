import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sameFile, writeFilesAtomically } from "../../host/cli/files.js";
import { refused } from "../run/tensor-files/refused.js";
import { temporaryFolder } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
const bytes = (...values: number[]) => Uint8Array.from(values);

test.after(remove);

test("a file is made or replaced as a whole, and no other file stays", async () => {
  await writeFilesAtomically([{ path: at("a"), bytes: bytes(1, 2) }]);
  await writeFilesAtomically([{ path: at("a"), bytes: bytes(3) }]);
  assert.equal([...readFileSync(at("a"))], [3]);
  assert.equal(readdirSync(folder), ["a"]);
});

test("if one of several cannot be written, none is, and no other file stays", async () => {
  const before = readdirSync(folder);
  await refused(
    () =>
      writeFilesAtomically([
        { path: at("a"), bytes: bytes(9) },
        { path: at("new"), bytes: bytes(9) },
        { path: at("absent/b"), bytes: bytes(9) },
      ]),
    "file-unwritable",
    /does not exist.*absent/,
  );
  assert.equal([...readFileSync(at("a"))], [3]);
  assert.equal(readdirSync(folder), before);
});

test("a folder is refused, and stays", async () => {
  mkdirSync(at("folder"));
  await refused(
    () => writeFilesAtomically([{ path: at("folder"), bytes: bytes(1) }]),
    "file-unwritable",
    /it is a folder/,
  );
  assert.ok(statSync(at("folder")).isDirectory());
});

test("a link is followed: the file behind it is replaced, the link stays", async () => {
  symlinkSync(at("a"), at("link"));
  await writeFilesAtomically([{ path: at("link"), bytes: bytes(7) }]);
  assert.equal([...readFileSync(at("a"))], [7]);
  assert.equal(readdirSync(folder).includes("link"), true);
});

test("a device is written to, not replaced", async () => {
  await writeFilesAtomically([{ path: "/dev/null", bytes: bytes(1) }]);
  assert.ok(statSync("/dev/null").isCharacterDevice());
});

test("a folder without permission is refused", async () => {
  mkdirSync(at("closed"));
  chmodSync(at("closed"), 0o500);
  if (process.getuid?.() === 0) {
    console.error("SKIPPED: root may write anywhere");
    return;
  }
  await refused(
    () => writeFilesAtomically([{ path: at("closed/a"), bytes: bytes(1) }]),
    "file-unwritable",
    /permission denied/,
  );
});

test("two names of one file are told", async () => {
  writeFileSync(at("b"), "");
  assert.is(await sameFile(at("a"), at("folder/../a")), true);
  assert.is(await sameFile(at("a"), at("link")), true);
  assert.is(await sameFile(at("a"), at("b")), false);
  assert.is(await sameFile(at("a"), at("absent")), false);
});

test.run();
