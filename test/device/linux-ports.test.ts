import { test } from "uvu";
import * as assert from "uvu/assert";
import { linuxPorts } from "../../host/device/linux-ports.js";
import { realPorts } from "../../host/device/serial-transport.js";
import { madeRoot, removeMachines, usbFiles } from "../doctor/made-machine.js";

test.after(removeMachines);

const none = { manufacturer: undefined, serialNumber: undefined, vendorId: undefined, productId: undefined };

test("ports are listed with what their USB device says of itself; those that are not there are not", () => {
  const uart = "sys/devices/platform/serial";
  const tty = (name: string): Record<string, string> => ({
    [`sys/class/tty/${name}/device`]: `-> ../../../devices/platform/serial`,
    [`dev/${name}`]: "",
  });
  const root = madeRoot({
    ...usbFiles("2e8a:000a", "Pico", 5, "ttyACM0"),
    ...{
      "sys/devices/usb1/1-5/serial": "E6614\n",
      "sys/devices/usb1/1-5/manufacturer": "Raspberry Pi\n",
    },
    ...usbFiles("1a86:7523", "USB Serial", 6, "ttyUSB1"),
    [`${uart}/uevent`]: "",
    ...tty("ttyAMA0"),
    ...{ ...tty("ttyS0"), "sys/class/tty/ttyS0/type": "0\n" },
    ...{ ...tty("ttyS1"), "sys/class/tty/ttyS1/type": "4\n" },
    ...{ "sys/class/tty/tty1/active": "", "dev/tty1": "" },
    "sys/class/tty/ttyUSB7/device": "-> ../../../devices/platform/serial",
  });
  assert.equal(linuxPorts(root), [
    {
      path: "/dev/ttyACM0",
      manufacturer: "Raspberry Pi",
      serialNumber: "E6614",
      vendorId: "2e8a",
      productId: "000a",
    },
    { ...none, path: "/dev/ttyAMA0" },
    { ...none, path: "/dev/ttyS1" },
    { ...none, path: "/dev/ttyUSB1", vendorId: "1a86", productId: "7523" },
  ]);
  assert.equal(linuxPorts(madeRoot({})), []);
});

if (process.platform === "linux") {
  test("no program is needed to list ports", async () => {
    const path = process.env.PATH;
    process.env.PATH = "";
    try {
      const ports = await realPorts();
      assert.ok(Array.isArray(await ports.list()));
    } finally {
      process.env.PATH = path;
    }
  });
}

test.run();
