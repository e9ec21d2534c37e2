import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** What is made from the checkout and that tests need, beside what git knows. */
const made = ["dist", "host/wasm3-bindings/dist", "host/kernels/library.generated.ts"];

/**
 * Copies the checkout, its changes included, to a temporary folder, where all of it can be changed and run: installed
 * packages are links, but the workspace's own one is the copy's. `remove` it afterwards; it is removed
 * where the process exits before.
 */
export function copyCheckout(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-copy-"));
  const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const file of [...listed.split("\0").filter((name) => name !== ""), ...made]) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  mkdirSync(join(folder, "node_modules"));
  for (const name of readdirSync(join(root, "node_modules"))) {
    const target =
      name === "wasm3-bindings" ? join(folder, "host/wasm3-bindings") : join(root, "node_modules", name);
    symlinkSync(target, join(folder, "node_modules", name));
  }
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  return {
    folder,
    remove: () => {
      process.off("exit", remove);
      remove();
    },
  };
}
