import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isSignedBy, publicKeyOf } from "../../host/trust/keys.js";
import { rfc8032Vectors } from "../trust/ed25519-vectors.js";
import {
  add,
  base,
  bytesOf,
  encode,
  encodings,
  neutral,
  numberOf,
  order,
  pointOf,
  scalarOf,
  signatureWith,
  smallOrderPoints,
  times,
} from "../trust/edwards.js";
import { boardsFolder, compileNative, nativeCompilerIsThere, nativeFolder } from "./native/compile.js";
import { cryptographyOf, monocypherSources } from "./native/monocypher.js";

/** What is asked: whether it is a signature of the message by the key. */
interface Question {
  key: Uint8Array;
  message: Uint8Array;
  signature: Uint8Array;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const ofHex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, "hex"));
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** The questions with one bit of a part turned, for each of its bits. */
function tampered(question: Question, part: keyof Question): Question[] {
  return Array.from({ length: 8 * question[part].length }, (_, bit) => {
    const bytes = Uint8Array.from(question[part]);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    return { ...question, [part]: bytes };
  });
}

/** What Node's `crypto` says, with which the host verifies. */
const hostSays = ({ key, message, signature }: Question): boolean =>
  isSignedBy(publicKeyOf(key), message, signature);

const cryptography = monocypherSources();
if (cryptography !== undefined && nativeCompilerIsThere()) {
  const { addressesOnly, folder: sources, flags } = cryptographyOf(cryptography);
  const folder = mkdtempSync(join(tmpdir(), "wasmote-ed25519-"));
  const program = compileNative(
    {
      sources: [join(nativeFolder, "ed25519.c"), join(boardsFolder, "trust", "ed25519.c")],
      addressesOnly,
      folders: [boardsFolder, nativeFolder, sources],
      flags,
    },
    folder,
  );
  test.after(() => rmSync(folder, { recursive: true, force: true }));

  /** What a board says to each question. */
  const boardSays = (questions: readonly Question[]): boolean[] => {
    const lines = questions.map(
      ({ key, message, signature }) => `${hex(key)} ${hex(signature)} ${hex(message) || "-"}`,
    );
    const { status, stdout, stderr } = spawnSync(program, [], { input: lines.join("\n"), encoding: "utf8" });
    assert.is(status, 0, stdout + stderr);
    const answers = stdout.trim().split("\n");
    assert.is(answers.length, questions.length);
    return answers.map((answer) => answer === "1");
  };
  const all = (questions: readonly Question[], expected: boolean, what: string): void => {
    const wrong = boardSays(questions).flatMap((says, i) => (says === expected ? [] : [questions[i]!]));
    assert.is(
      wrong.length,
      0,
      `${what}: ${wrong.map(({ key, signature }) => `${hex(key)} ${hex(signature)}`)}`,
    );
  };
  /** What the host takes, boards take. */
  const neverLess = (questions: readonly Question[]): void => {
    const says = boardSays(questions);
    assert.ok(questions.every((question, i) => says[i] || !hostSays(question)));
  };

  const vectors = rfc8032Vectors.map(([, key, message, signature]) => ({
    key: ofHex(key),
    message: ofHex(message),
    signature: ofHex(signature),
  }));
  const [seed] = rfc8032Vectors[2]!;
  const honest = vectors[2]!;
  const { key, message } = honest;
  const scalar = scalarOf(ofHex(seed));
  const nonce = 123456789n ** 8n % order;
  const small = smallOrderPoints();
  const smallBytes = small.flatMap(encodings);
  const zero = new Uint8Array(32);

  test("boards verify what RFC 8032, 7.1 signs", () => all(vectors, true, "RFC 8032"));

  test("boards refuse it with any bit turned of the signature, the key or the message", () => {
    for (const part of ["signature", "key", "message"] as const)
      all(tampered(honest, part), false, `a bit of the ${part}`);
  });

  test("S is below the order of the group, so that nobody changes a signature into another one", () => {
    const s = numberOf(honest.signature.subarray(32));
    const higher = [1n, 2n, 3n, 8n, 15n]
      .map((factor) => s + factor * order)
      .filter((value) => value >> 256n === 0n);
    assert.ok(higher.length >= 4);
    const withS = (value: bigint): Question => ({
      ...honest,
      signature: joined(honest.signature.subarray(0, 32), bytesOf(value)),
    });
    assert.equal(boardSays([withS(s)]), [true]);
    all(higher.map(withS), false, "S + n L");
    const ofNeutral = (value: bigint): Question => ({
      ...{ key: encode(neutral), message },
      signature: joined(encode(neutral), bytesOf(value)),
    });
    assert.equal(boardSays([ofNeutral(0n), ofNeutral(order)]), [true, false], "S = L is no 0");
  });

  test("what is no point is refused as a key and as R", () => {
    const none = Array.from({ length: 40 }, (_, y) => BigInt(y))
      .filter((y) => pointOf(y, false) === undefined)
      .flatMap((y) => [bytesOf(y), bytesOf(y + (1n << 255n))]);
    assert.ok(none.length > 10);
    all(
      none.map((bytes) => ({ ...honest, key: bytes })),
      false,
      "the key",
    );
    all(
      none.map((r) => ({ ...honest, signature: signatureWith(scalar, 0n, r, key, message) })),
      false,
      "R",
    );
  });

  test("who has the private key may add a point of small order to R, and write it in any way", () => {
    const shifted = small.map((point) => encode(add(times(nonce, base), point)));
    const owners = (rs: readonly Uint8Array[], by: bigint): Question[] =>
      rs.map((r) => ({ ...honest, signature: signatureWith(scalar, by, r, key, message) }));
    const questions = [...owners(shifted, nonce), ...owners(smallBytes, 0n)];
    assert.is(questions.length, 8 + 14);
    all(questions, true, "R");
    neverLess(questions);
    const borrowed = small.slice(1).map((point) => {
      const r = add(pointOfSignature(honest.signature), point);
      return { ...honest, signature: joined(encode(r), honest.signature.subarray(32)) };
    });
    all(borrowed, false, "R of another's signature");
  });

  test("a key with a point of small order in it is good for its owner", () => {
    const questions = small.map((point) => {
      const own = encode(add(times(scalar, base), point));
      return {
        ...{ key: own, message },
        signature: signatureWith(scalar, nonce, encode(times(nonce, base)), own, message),
      };
    });
    all(questions, true, "the key");
    neverLess(questions);
  });

  test("a key of small order is anybody's, in each way to write it; it must not be trusted", () => {
    const questions = smallBytes.flatMap((own) =>
      smallBytes.map((r) => ({ key: own, message, signature: joined(r, zero) })),
    );
    assert.is(questions.length, 196);
    all(questions, true, "a key of small order");
    neverLess(questions);
  });

  const file = process.env.WASMOTE_ED25519_VECTORS;
  if (file !== undefined)
    test(`vectors of ${file}`, () => {
      const lines = readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => /^[0-9a-f]*:$/.test(line))
        .map((line) => ofHex(line.slice(0, -1)));
      const questions = Array.from({ length: lines.length / 4 }, (_, i): Question => {
        const [own, text, signature] = lines.slice(4 * i) as [Uint8Array, Uint8Array, Uint8Array];
        return { key: own, message: text, signature };
      });
      const says = boardSays(questions);
      assert.equal(
        says,
        questions.map((_, i) => lines[4 * i + 3]![0] === 0),
      );
      console.error(`${says.length} vectors, of which ${says.filter((each) => each).length} hold`);
    });
} else
  console.error(
    "SKIPPED: Ed25519 of the boards, for want of its sources or of a C compiler with sanitizers on Linux",
  );

function pointOfSignature(signature: Uint8Array) {
  const value = numberOf(signature.subarray(0, 32));
  return pointOf(value & ((1n << 255n) - 1n), value >> 255n === 1n)!;
}

test.run();
