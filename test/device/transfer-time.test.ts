import { test } from "uvu";
import * as assert from "uvu/assert";
import { startTransfer } from "../../host/device/transfer-time.js";
import { WasmoteError } from "../../host/errors.js";

test("a transfer has a base and what its bytes take on the slowest line, to the millisecond", () => {
  let now = 700;
  const inTime = startTransfer({ baseMillis: 50, bytesPerSecond: 20 }, "an upload", 3, () => now);
  inTime();
  now += 200;
  inTime();
  now += 1;
  assert.throws(
    inTime,
    (error: unknown) =>
      error instanceof WasmoteError &&
      error.code === "board-slow" &&
      error.detail === "an upload of 3 bytes took more than 0.2 s",
  );
});

test.run();
