import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const here = fileURLToPath(new URL(".", import.meta.url));
const firmware = join(here, "../../boards/firmware");
const sources = ["slots.c", "records.c", "sha256.c", "custom_sections.c"].map((name) => join(firmware, name));

function compilerIsThere(): boolean {
  try {
    execFileSync("cc", ["--version"], { stdio: "ignore" });
    return process.platform === "linux";
  } catch {
    return false;
  }
}

if (!compilerIsThere()) {
  console.error("SKIPPED: power cuts on a simulated flash, for want of a C compiler on Linux");
} else {
  for (const slots of [1, 2]) {
    test(`${slots} slots: whenever power fails, ${slots === 2 ? "a model stays active and " : ""}uploads go on`, () => {
      const folder = mkdtempSync(join(tmpdir(), "wasmote-power-cut-"));
      try {
        const program = join(folder, "power-cut");
        const flags = [
          "-std=gnu11",
          "-O2",
          "-g",
          "-Wall",
          "-Werror",
          "-fsanitize=undefined",
          `-DSLOTS=${slots}`,
          "-I",
          firmware,
        ];
        execFileSync("cc", [...flags, join(here, "power-cut.c"), ...sources, "-o", program]);
        const said = execFileSync(program, [], { encoding: "utf8" });
        assert.match(said, /^\d{4,} moments\n$/);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
}

test.run();
