import { test } from "uvu";
import * as assert from "uvu/assert";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { generateKey, type PrivateKey, readPrivateKey } from "../../host/trust/keys.js";
import { layoutOf, rollingHashes } from "../../host/trust/layout.js";
import { readTrust } from "../../host/trust/read.js";
import { maxHeadBytes, type SignOptions, signModule } from "../../host/trust/sign.js";
import { decodeSignatures, encodeSignatures } from "../../host/trust/signature-section.js";
import { verifyModule } from "../../host/trust/verify.js";
import { encodeCustomSection, listSections } from "../../host/wasm/sections.js";
import { concatenate } from "../../host/wasm/writer.js";
import { smallGraph } from "../cli/command.js";
import { refusalOf, testKey } from "./keys.js";

const { wasm } = await buildModel(smallGraph());
const [a, b, c] = [testKey(1), testKey(2), testKey(3)];
const test1 = { inputs: [Uint8Array.of(1, 2, 3, 4)], outputs: [Uint8Array.of(1, 2, 10)] };
const signed = (options: SignOptions = {}, key: PrivateKey = a, file = wasm) =>
  signModule(file, key, options).wasm;
const namesOf = (file: Uint8Array) => listSections(file).map(({ name }) => name);
const codeOf = (work: () => unknown) => refusalOf(work).code;

test("signing puts its sections before what was built, which stays as it is", () => {
  const file = signed({ selfTest: test1 });
  const head = ["signature", "wasmote.trust", "signature_delimiter", "wasmote.selftest"];
  assert.equal(namesOf(file), [...head, ...namesOf(wasm)]);
  assert.ok(WebAssembly.validate(file as BufferSource));
  assert.equal(file.subarray(file.length - wasm.length + 8), wasm.subarray(8));
  assert.equal(openModule(file).manifest, openModule(wasm).manifest);
});

test("what is added is a multiple of 16 bytes for every length of what is said, and the head is short", () => {
  for (let length = 1; length <= 64; length++) {
    const file = signed({
      id: "m".repeat(length),
      for: ["rp2", "mps2"],
      selfTest: length % 2 ? null : test1,
    });
    const twice = signed({}, b, file);
    for (const each of [file, twice]) assert.is((each.length - wasm.length) % 16, 0);
    assert.is(twice.length - file.length, 80);
    assert.ok((readTrust(file)?.headBytes ?? 1000) <= maxHeadBytes);
  }
});

test("what is said is read again; what is left out has its default", () => {
  const said = { id: "käse", version: 7, for: ["rp2", "pico"], abi: 2, downgrade: true, runs: 0 } as const;
  const file = signed({ ...said, for: [...said.for], selfTest: test1 });
  const read = readTrust(file);
  assert.equal(read?.trust, said);
  assert.equal(read?.selfTest, test1);
  assert.is(file.subarray(0, read?.headBytes).length, read?.headBytes);
  assert.equal(readTrust(signed())?.trust, { id: "small", version: 1, abi: 1 });
  assert.is(readTrust(wasm), undefined);
});

test("one set of two hashes is signed: of the head, and of the whole", () => {
  const file = signed();
  const layout = layoutOf(file);
  const [set, ...others] = decodeSignatures(layout.signature as Uint8Array);
  assert.is(others.length, 0);
  assert.equal(set?.hashes, rollingHashes(file, layout));
  assert.is(set?.hashes.length, 2);
  assert.equal(set?.signatures[0]?.keyId, a.public.id);
});

test("signing gives the same bytes each time, also of what is signed already", () => {
  assert.equal(signed({ version: 3 }), signed({ version: 3 }));
  assert.equal(signed({}, a, signed({ version: 3 })), signed({ version: 3 }));
  assert.equal(
    signed({ version: 3 }, a, signed({ version: 2, selfTest: test1 }, b)),
    signed({ version: 3, selfTest: test1 }),
  );
});

test("other keys' signatures stay where nothing else changes, and go where something does", () => {
  const first = signed({ version: 3 });
  const both = signModule(first, b);
  assert.equal([both.kept, both.dropped], [1, 0]);
  const found = verifyModule(both.wasm, [b.public, c.public, a.public]);
  assert.equal(found.keys, [b.public, a.public]);
  assert.equal(found.others, []);
  assert.ok(found.headSigned);
  assert.equal(verifyModule(both.wasm, [a.public]).others, [Buffer.from(b.public.id).toString("hex")]);
  const newer = signModule(both.wasm, c, { version: 4 });
  assert.equal([newer.kept, newer.dropped], [0, 2]);
  assert.is(
    codeOf(() => verifyModule(newer.wasm, [a.public])),
    "signature-untrusted",
  );
});

test("what is no file to sign, and what may not be said, is refused", () => {
  assert.is(
    codeOf(() => signModule(Uint8Array.of(1), a)),
    "module-invalid",
  );
  const wrong: SignOptions[] = [
    { id: "" },
    { id: "ü".repeat(33) },
    { version: 0 },
    { version: 2 ** 32 },
    { version: 1.5 },
    { for: [] },
    { for: [""] },
    { for: Array.from({ length: 40 }, (_, i) => `board-${i}`) },
    { abi: 0 },
    { runs: -1 },
    { downgrade: false } as unknown as SignOptions,
    { other: 3 } as unknown as SignOptions,
  ];
  for (const options of wrong)
    assert.is(
      codeOf(() => signed(options)),
      "trust-invalid",
      JSON.stringify(options),
    );
  for (const outputs of [[], [new Uint8Array(2)], [new Uint8Array(3), new Uint8Array(0)]])
    assert.is(
      codeOf(() => signed({ selfTest: { ...test1, outputs } })),
      "self-test-invalid",
    );
});

test("verification tells what is wrong", () => {
  const file = signed({ selfTest: test1 });
  const change = (at: number): Uint8Array => file.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const fails = (bytes: Uint8Array, code: string, message: RegExp, keys = [a.public]) => {
    const error = refusalOf(() => verifyModule(bytes, keys));
    assert.is(error.code, code);
    assert.match(error.message, message);
  };
  const id = Buffer.from(a.public.id).toString("hex");
  fails(wasm, "signature-missing", /it has no signature/);
  fails(file, "signature-untrusted", new RegExp(`signed by key ${id}; key [0-9a-f]{24} is expected`), [
    b.public,
  ]);
  fails(
    change(file.length - 1),
    "signature-wrong",
    new RegExp(`what follows its head was changed after key ${id}`),
  );
  const { headBytes } = readTrust(file) as { headBytes: number };
  fails(change(headBytes - 1), "signature-wrong", /its bytes were changed/);
  fails(
    concatenate([file, encodeCustomSection("more", new Uint8Array(1))]),
    "signature-wrong",
    /follows its head/,
  );
  fails(concatenate([file, [0]]), "module-invalid", /ends/);
  fails(file.subarray(0, 8), "signature-missing", /no signature/);
  fails(new Uint8Array(0), "module-invalid", /does not begin/);
  const stripped = concatenate([file.subarray(0, 8), layoutOf(file).content]);
  fails(stripped, "signature-missing", /no signature/);
  const [set] = decodeSignatures(layoutOf(file).signature as Uint8Array);
  const resign = (contents: Uint8Array) =>
    concatenate([file.subarray(0, 8), encodeCustomSection("signature", contents), layoutOf(file).content]);
  assert.equal(resign(encodeSignatures(set === undefined ? [] : [set])), file);
  fails(resign(encodeSignatures([])), "signature-untrusted", /there is no signature in it/);
  fails(resign(concatenate([encodeSignatures([]), [0]])), "signature-malformed", /1 bytes more/);
  const long = concatenate([file.subarray(0, 8), [0, 0xa2, 0x81, 0], file.subarray(11)]);
  assert.equal([...file.subarray(8, 11)], [0, 0xa2, 1]);
  fails(long, "signature-malformed", /shortest way/);
  fails(resign(Uint8Array.of(1, 1, 1, 0x80, 0)), "signature-malformed", /shortest way/);
  fails(resign(Uint8Array.of(2, 1, 1, 0)), "signature-malformed", /version 2; 1 is known/);
  fails(resign(Uint8Array.of(1, 1, 1, 65)), "signature-malformed", /65 sets of hashes; at most 64/);
});

test("a signature is of one file alone: parts of two that are signed do not make a third", async () => {
  const graph = smallGraph();
  const data = Int8Array.from({ length: 12 }, () => 1);
  const tensors = graph.tensors.map((tensor) => (tensor.data === undefined ? tensor : { ...tensor, data }));
  const built = await buildModel({ ...graph, tensors });
  const [one, two] = [signed(), signed({}, a, built.wasm)];
  assert.is(one.length, two.length);
  const { headBytes } = readTrust(one) as { headBytes: number };
  const refused = (...parts: Uint8Array[]) =>
    assert.is(
      codeOf(() => verifyModule(concatenate(parts), [a.public])),
      "signature-wrong",
    );
  refused(one.subarray(0, headBytes), two.subarray(headBytes));
  const signature = encodeCustomSection("signature", layoutOf(one).signature as Uint8Array);
  refused(one.subarray(0, 8), signature, layoutOf(two).content);
});

test("every byte of a signed file counts", () => {
  const file = signed({ selfTest: test1 });
  for (let at = 0; at < file.length; at++) {
    for (const flip of [0x01, 0x80]) {
      const bytes = file.map((byte, i) => (i === at ? byte ^ flip : byte));
      assert.match(
        codeOf(() => verifyModule(bytes, [a.public])),
        /^(signature|trust|module)-/,
        `byte ${at}`,
      );
    }
    assert.match(
      codeOf(() => verifyModule(file.subarray(0, at), [a.public])),
      /^(signature|trust|module)-/,
    );
  }
});

test("every byte of two signatures counts, where both keys are known", () => {
  const file = signed({}, b, signed());
  for (let at = 0; at < (readTrust(file)?.headBytes as number); at++) {
    const bytes = file.map((byte, i) => (i === at ? byte ^ 1 : byte));
    assert.match(
      codeOf(() => verifyModule(bytes, [a.public, b.public])),
      /^(signature|trust|module)-/,
      `byte ${at}`,
    );
  }
});

test("sections of trust in another place than signing puts them are refused", () => {
  const file = signed();
  const sections = listSections(file).slice(0, 3);
  const [, trust, delimiter] = sections.map(({ name, bytes }) => encodeCustomSection(name, bytes));
  const of = (...parts: Uint8Array[]) => concatenate([wasm.subarray(0, 8), ...parts, wasm.subarray(8)]);
  assert.equal(readTrust(of(trust!, delimiter!))?.signatures, []);
  for (const wrong of [
    of(delimiter!, trust!),
    of(trust!),
    of(trust!, trust!, delimiter!),
    of(trust!, delimiter!, trust!),
  ])
    assert.is(
      codeOf(() => readTrust(wrong)),
      "trust-invalid",
    );
  assert.equal(signed({}, a, of(delimiter!, encodeCustomSection("signature", new Uint8Array(3)))), file);
});

test("keys that were just made sign, and are of this process alone", () => {
  const key = generateKey();
  assert.equal(verifyModule(signed({}, key), [key.public]).keys, [key.public]);
  assert.is.not(key.public.bytes.join(), generateKey().public.bytes.join());
  assert.throws(() => readPrivateKey("no key"));
});

test.run();
