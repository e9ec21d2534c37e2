import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
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
import { reportOf } from "../../host/cli/errors.js";
import { sameFile, writeFilesAtomically } from "../../host/cli/files.js";
import { withoutSystemErrors } from "../../host/files/system-errors.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";
import { refused } from "../run/tensor-files/refused.js";
import { root, temporaryFolder } from "./command.js";

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

test("what the system refuses is told with the help that fits, wherever it is met; the rest is a defect", () => {
  const system = (code: string, syscall: string): Error =>
    Object.assign(new Error(`${code}: it says, ${syscall}`), { code, syscall, path: "some/file" });
  const told = (error: Error): string => {
    const { exitCode, message, help } = reportOf(withoutSystemErrors(error));
    return `${exitCode} ${message} ${help}`;
  };
  for (const [code, syscall, expected] of [
    ["ENOSPC", "write", /^1 .*cannot be written: the disk is full \(some\/file\) Make room on the disk/],
    ["EDQUOT", "copyfile", /^1 .*quota.* Make room/],
    ["EFBIG", "write", /^1 .*larger than files may be here.*ulimit -f/],
    ["EMFILE", "open", /^1 .*cannot be read: too many files are open.*ulimit -n/],
    ["ENAMETOOLONG", "mkdir", /^1 .*too long.* Give a shorter one/],
    ["EISDIR", "read", /^1 .*cannot be read: it is a folder.* Name a file/],
    ["EROFS", "mkdir", /^1 .*read-only.* Write to another file system/],
    ["EBADF", "read", /^70 /],
  ] as const)
    assert.match(told(system(code, syscall)), expected);
  assert.match(told(new TypeError("x")), /^70 /);
});

if (existsSync("/dev/full")) {
  test("a full disk is told on stdout as well, where a path is too long, and where a limit is reached", () => {
    const main = join(root, "dist/cli/main.js");
    const shell = (line: string): string => {
      const { status, stderr } = spawnSync("/bin/sh", ["-c", line], { cwd: folder, encoding: "utf8" });
      return `${status} ${stderr}`;
    };
    const node = `'${process.execPath}' '${main}'`;
    assert.match(
      shell(`${node} boards > /dev/full`),
      /^1 (?:.*\n)?.*file-unwritable.*the disk is full \(stdout\)\nhelp: Make room/,
    );
    writeFileSync(at("net.tflite"), writeTflite(smallModel()));
    const before = readdirSync(folder);
    assert.match(
      shell(`ulimit -f 1; ${node} build net.tflite -o large.wasm`),
      /^1 (?:reading .*\n)?.*larger than files may be here \(large\.wasm\)/,
    );
    assert.equal(readdirSync(folder), before);
  });
}

test.run();
