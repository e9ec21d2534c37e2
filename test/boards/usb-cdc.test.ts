import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  boardsFolder,
  nativeCompilerIsThere,
  nativeFolder,
  runNative,
  withNativeProgram,
} from "./native/compile.js";

const steps = 400_000;

/** The product's name fills a packet, which then ends with one that has no data. */
const boardName = "a-board-with-a-longname";

if (nativeCompilerIsThere()) {
  test("the USB stack keeps to its controller's rules and to USB's, whatever a host does", () => {
    const program = {
      sources: [join(nativeFolder, "usb_cdc.c"), join(boardsFolder, "drivers", "usb_cdc.c")],
      folders: [join(boardsFolder, "drivers")],
      flags: ["-DBOARD_USB_VENDOR=0x1209", "-DBOARD_USB_PRODUCT=0x0001", `-DBOARD_NAME="${boardName}"`],
    };
    withNativeProgram(program, (file) => {
      for (const seed of ["1", "2", "3"])
        assert.is(runNative(file, [seed, String(steps)]), `${steps} steps\n`);
    });
  });
} else {
  console.error("SKIPPED: the USB stack on this machine, for want of a C compiler with sanitizers on Linux");
}

test.run();
