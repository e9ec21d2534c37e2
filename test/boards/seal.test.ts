import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  generateDeviceKeyPair,
  rawPrivateKey,
  readDevicePrivateKey,
  readDevicePublicKey,
  sealFile,
} from "../../host/trust/seal/index.js";
import { hkdfVectors, hpkeVector, lowOrderPoints } from "../trust/hpke-vectors.js";
import {
  boardsFolder,
  compileNative,
  nativeCompilerIsThere,
  nativeFolder,
  runNative,
} from "./native/compile.js";
import { monocypherSources } from "./native/monocypher.js";

const monocypher = monocypherSources();

/** Another one, of whose key only the public half is known here. */
const anotherKey = () => readDevicePublicKey(generateDeviceKeyPair().publicKey);

if (monocypher !== undefined && nativeCompilerIsThere()) {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-seal-"));
  const program = compileNative(
    {
      sources: [
        join(nativeFolder, "seal.c"),
        join(boardsFolder, "formats", "sha256.c"),
        ...["hkdf.c", "hpke.c", "seal.c"].map((file) => join(boardsFolder, "trust", file)),
      ],
      addressesOnly: [join(monocypher, "monocypher.c")],
      folders: [boardsFolder, nativeFolder, monocypher],
    },
    folder,
  );
  test.after(() => rmSync(folder, { recursive: true, force: true }));

  test("HKDF on boards gives what RFC 5869 says", () => {
    for (const { material, salt, info, key, derived } of hkdfVectors)
      assert.is(runNative(program, ["hkdf", material, salt, info]), `${key}\n${derived}\n`);
  });

  test("HPKE on boards gives what RFC 9180, A.2.1 says, and refuses points of small order", () => {
    const { recipient, encapsulated, info, aad, sealed, key, baseNonce, plain } = hpkeVector;
    const receive = (...[point, additional, text]: string[]): string =>
      runNative(program, ["hpke", recipient, point as string, info, additional as string, text as string]);
    assert.is(receive(encapsulated, aad, sealed), `${key}\n${baseNonce}\n${plain}\n`);
    assert.is(receive(encapsulated, "00", sealed), "refused\n");
    assert.is(receive(encapsulated, aad, sealed.replace("1c52", "1c53")), "refused\n");
    for (const point of lowOrderPoints) assert.is(receive(point, aad, sealed), "refused\n");
  });

  for (const [length, others] of [
    [1, 0],
    [256, 1],
    [257, 0],
    [1500, 3],
    [2048, 0],
  ] as const)
    test(`what the host sealed (${length} bytes, ${1 + others} keys) a board opens, and nothing that was changed`, () => {
      const own = generateDeviceKeyPair();
      const plain = randomBytes(length);
      const keys = [...Array.from({ length: others }, anotherKey), readDevicePublicKey(own.publicKey)];
      const files = {
        secret: rawPrivateKey(readDevicePrivateKey(own.privateKey)),
        sealed: sealFile(plain, keys),
        plain,
      };
      const paths = Object.entries(files).map(([name, bytes]) => {
        const path = join(folder, name);
        writeFileSync(path, bytes);
        return path;
      });
      assert.is(runNative(program, ["file", ...paths]), `ok ${Math.ceil(length / 256)}\n`);
    });
} else {
  console.error(
    "SKIPPED: sealed files on this machine, for want of Monocypher (WASMOTE_MONOCYPHER) or of a C compiler with sanitizers on Linux",
  );
}

test.run();
