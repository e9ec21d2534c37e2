import { encode } from "cborg";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { errorIn } from "../../host/device/return-codes.js";
import {
  decodeMessage,
  encodeMessage,
  headerBytes,
  operations,
  payloadBytes,
} from "../../host/device/smp.js";
import { WasmoteError } from "../../host/errors.js";

const message = { operation: operations.write, group: 0x0140, command: 7, sequence: 0xab, payload: { a: 1 } };

test("a message is its header, big-endian, then its payload in CBOR", () => {
  const bytes = encodeMessage(message);
  assert.is(Buffer.from(bytes).toString("hex"), "0a00" + "0004" + "0140" + "ab" + "07" + "a1616101");
  assert.is(bytes.length, headerBytes + payloadBytes(message.payload));
  assert.equal(decodeMessage(bytes), message);
});

test("the version and flags of a message do not matter, its operation does", () => {
  const bytes = encodeMessage(message);
  for (const [first, operation] of [
    [0x02, 2],
    [0xfa, 2],
    [0x0b, 3],
    [0x0f, 7],
  ] as const) {
    bytes[0] = first;
    assert.is(decodeMessage(bytes)?.operation, operation);
  }
});

test("a message of another length than its header says is none", () => {
  const bytes = encodeMessage(message);
  for (const length of [3, 5, 0, 0x104]) {
    const changed = Uint8Array.from(bytes);
    changed.set([length >> 8, length & 255], 2);
    assert.is(decodeMessage(changed), undefined, `${length}`);
  }
  assert.is(decodeMessage(Uint8Array.from([...bytes, 0])), undefined);
  for (let length = 0; length < bytes.length; length++) {
    assert.is(decodeMessage(bytes.subarray(0, length)), undefined, `${length}`);
    assert.is(decodeMessage(Uint8Array.from(bytes.subarray(0, length))), undefined, `${length}, alone`);
  }
});

test("a message is read where it lies in its buffer", () => {
  const bytes = encodeMessage(message);
  const around = new Uint8Array(bytes.length + 10).fill(0xff);
  around.set(bytes, 7);
  assert.equal(decodeMessage(around.subarray(7, 7 + bytes.length)), message);
});

test("only a map is a payload, of any length that CBOR has", () => {
  const around = (payload: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(headerBytes + payload.length);
    bytes.set([3, 0, payload.length >> 8, payload.length & 255, 0, 64, 1, 2]);
    bytes.set(payload, headerBytes);
    return bytes;
  };
  for (const value of [[1], "text", 5, null, true])
    assert.is(decodeMessage(around(encode(value))), undefined, JSON.stringify(value));
  assert.is(decodeMessage(around(new Uint8Array(0))), undefined, "an empty payload");
  assert.is(decodeMessage(around(Uint8Array.of(0xff, 0xff))), undefined, "no CBOR");
  assert.equal(decodeMessage(around(Uint8Array.of(0xbf, 0x61, 0x61, 0x01, 0xff)))?.payload, { a: 1 });
});

test("an answer's errors: of wasmote's groups by name, of others by number, of SMP itself by its list", () => {
  const text = (payload: Record<string, unknown>): string => {
    const error = errorIn(payload, "it");
    return error === undefined ? "none" : `${error.code} ${error.detail}`;
  };
  assert.is(text({}), "none");
  assert.is(text({ rc: 0 }), "none");
  assert.is(text({ err: { group: 64, rc: 0 } }), "none");
  for (const damaged of [{ err: null, rc: 0 }, { rc: "5" }, { err: 5 }, { err: { group: 64 } }]) {
    assert.throws(
      () => text(damaged),
      (error: unknown) => error instanceof WasmoteError && error.code === "board-protocol",
    );
  }
  assert.match(text({ err: { group: 64, rc: 2 } }), "board-no-model it: rc 2 (no-model)");
  assert.match(text({ err: { group: 1, rc: 8 } }), "board-hash it: rc 8 (hash)");
  assert.match(text({ err: { group: 0, rc: 2 } }), "board-failed it: rc 2 of group 0");
  assert.match(text({ err: { group: 64, rc: 99 } }), "board-failed it: rc 99 of group 64");
  const smp = "2 out of memory, 3 bad request, 4 time-out, 5 no such entry, 6 bad state, 7 answer too long";
  const more = "8 not supported, 9 damaged request, 10 busy, 11 access denied, 12 protocol too old";
  for (const entry of `1 unknown error, ${smp}, ${more}, 13 protocol too new, 14 unknown`.split(", ")) {
    const [number, ...words] = entry.split(" ");
    assert.is(text({ rc: Number(number) }), `board-failed it: SMP error ${number} (${words.join(" ")})`);
  }
});

test.run();
