import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { describeDevice, linuxDevices, profilerDevices } from "../../host/flash/usb-devices.js";

test("devices are read from Linux's sysfs; what is no device is left out", () => {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-usb-"));
  const device = (name: string, fields: Record<string, string>): void => {
    mkdirSync(join(folder, name));
    for (const [field, value] of Object.entries(fields))
      writeFileSync(join(folder, name, field), `${value}\n`);
  };
  device("1-2", { idVendor: "2e8a", idProduct: "0003", product: "RP2 Boot", serial: "E0C9125B0D9B" });
  device("1-2:1.0", { bInterfaceClass: "08" });
  device("usb1", { idVendor: "1d6b", idProduct: "0002" });
  const found = linuxDevices(folder);
  rmSync(folder, { recursive: true });
  assert.equal(found, [
    { id: "2e8a:0003", product: "RP2 Boot", serial: "E0C9125B0D9B" },
    { id: "1d6b:0002", product: "" },
  ]);
  assert.equal(found.map(describeDevice), ["2e8a:0003 RP2 Boot (E0C9125B0D9B)", "1d6b:0002"]);
  assert.equal(linuxDevices(folder), [], "no USB at all");
});

test("devices are read from macOS's report, however deep", () => {
  const report = {
    SPUSBDataType: [
      {
        _name: "USB31Bus",
        _items: [
          {
            _name: "Hub",
            vendor_id: "0x05e3  (Genesys Logic, Inc.)",
            product_id: "0x0610",
            _items: [{ _name: "RP2 Boot", vendor_id: "0x2e8a", product_id: "0x0003", serial_num: "E0C9" }],
          },
        ],
      },
    ],
  };
  assert.equal(profilerDevices(report), [
    { id: "05e3:0610", product: "Hub" },
    { id: "2e8a:0003", product: "RP2 Boot", serial: "E0C9" },
  ]);
});

test.run();
