import { buildModel } from "../../../host/pipeline.js";
import { hexOf } from "../../../host/trust/keys.js";
import { layoutOf } from "../../../host/trust/layout.js";
import { readTrust } from "../../../host/trust/read.js";
import { signModule } from "../../../host/trust/sign.js";
import { verifyModule } from "../../../host/trust/verify.js";
import { encodeCustomSection, listSections } from "../../../host/wasm/sections.js";
import { concatenate } from "../../../host/wasm/writer.js";
import { smallGraph } from "../../cli/command.js";
import type { Choices } from "../../link/random-numbers.js";
import { statefulGraph } from "../../trust/graphs.js";
import { testKey } from "../../trust/keys.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import type { FuzzTarget } from "../target.js";

const [a, b] = [testKey(1), testKey(2)];
const keys = [a.public, b.public];

async function originals(): Promise<Uint8Array[]> {
  const [small, sums] = [await buildModel(smallGraph()), await buildModel(statefulGraph())];
  const selfTest = { inputs: [Uint8Array.of(1, 2, 3, 4)], outputs: [Uint8Array.of(1, 2, 10)] };
  const first = signModule(small.wasm, a, { selfTest, for: ["rp2"] }).wasm;
  return [first, signModule(first, b).wasm, signModule(sums.wasm, b, { version: 3 }).wasm];
}

/** A signed file whose bytes, or whose sections, are damaged, left out, doubled or of another file; lengths then fit. */
function damaged(files: readonly Uint8Array[], source: Choices): Uint8Array {
  const [file, other] = [source.pick(files), source.pick(files)];
  if (source.chance(0.4)) return mutate(file, source, 3);
  const parts = listSections(file).map((section) => ({ section, of: file }));
  const foreign = listSections(other).map((section) => ({ section, of: other }));
  const at = source.below(source.chance(0.7) ? 4 : parts.length);
  const kind = source.below(4);
  if (kind === 0) parts.splice(at, 1);
  if (kind === 1) parts.splice(at, 0, source.pick(foreign));
  if (kind === 2) parts.splice(at, 1, source.pick(foreign));
  const sections = parts.map(({ section: { custom, name, bytes, offset, sectionBytes }, of }, i) => {
    const end = offset + bytes.length;
    if (kind < 3 || i !== at || !custom) return of.subarray(end - sectionBytes, end);
    return encodeCustomSection(name, mutate(bytes, source, 2));
  });
  return concatenate([file.subarray(0, 8), ...sections]);
}

/** What is signed of a file: all but the preamble, which has one form, and the signatures. */
const signedPart = (file: Uint8Array): string => Buffer.from(layoutOf(file).content).toString("hex");

/**
 * Damaged signed files: of what holds, all that was signed is there byte for byte, and the keys signed just that. Beside a
 * signature that holds there may be others of keys that nobody knows: whoever has a file may add some.
 */
export const target: FuzzTarget = {
  name: "signatures",
  async run(options) {
    const files = await originals();
    const signers = new Map(files.map((file) => [signedPart(file), [] as string[]]));
    for (const file of files)
      signers.get(signedPart(file))?.push(...verifyModule(file, keys).keys.map(({ id }) => hexOf(id)));
    return runCases(options, {
      make: (source) => ({ "signed.wasm": damaged(files, source) }),
      attempt(input) {
        const bytes = input["signed.wasm"] as Uint8Array;
        const found = verifyModule(bytes, keys);
        const known = signers.get(signedPart(bytes));
        if (!found.keys.every(({ id }) => known?.includes(hexOf(id))))
          throw new Error(`what nobody signed holds: by ${found.keys.length} keys`);
        readTrust(bytes);
        return files.some((file) => Buffer.compare(file, bytes) === 0)
          ? "as it was signed"
          : "with other signatures";
      },
    });
  },
};
