import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard, loadBoards } from "../../host/boards/index.js";
import { findPort, portIds, type SerialPortInfo } from "../../host/device/find-port.js";
import { listSerialPorts } from "../../host/device/serial-transport.js";
import { WasmoteError } from "../../host/errors.js";

const pico: SerialPortInfo = {
  path: "/dev/ttyACM0",
  manufacturer: "wasmote",
  serialNumber: "E6607761736D6F74",
  vendorId: "2e8a",
  productId: "000a",
};
const pico2: SerialPortInfo = { path: "/dev/ttyACM1", vendorId: "2E8A", productId: "0009" };
const bridge: SerialPortInfo = { path: "/dev/ttyUSB0", vendorId: "10c4", productId: "ea60" };
const jtag: SerialPortInfo = { path: "COM7", vendorId: "303A", productId: "1001" };
const modem: SerialPortInfo = { path: "/dev/ttyUSB1", vendorId: "1199", productId: "9071" };
const built: SerialPortInfo = { path: "/dev/ttyS0" };

const find = (name: string | undefined, ports: readonly SerialPortInfo[]): string =>
  findPort(name === undefined ? undefined : loadBoard(name), ports, loadBoards());

function refused(action: () => unknown): WasmoteError {
  try {
    action();
  } catch (error) {
    assert.instance(error, WasmoteError);
    return error as WasmoteError;
  }
  throw new Error("it must be refused");
}

test("a board is found by its firmware's own USB id, however the system writes it", () => {
  const ports = [built, modem, pico, pico2, bridge];
  assert.is(find("pico", ports), "/dev/ttyACM0");
  assert.is(find("pico-2", ports), "/dev/ttyACM1");
});

test("an ESP32-C3 is found behind a UART bridge and by its own USB", () => {
  assert.is(find("esp32-c3", [built, modem, bridge]), "/dev/ttyUSB0");
  assert.is(find("esp32-c3", [built, modem, jtag]), "COM7");
  const board = loadBoard("esp32-c3");
  assert.equal(portIds({ ...board, link: { kind: "usb-serial-jtag" } }), ["303a:1001"]);
});

test("where no board is named, the one port of any board is taken", () => {
  assert.is(find(undefined, [built, modem, pico]), "/dev/ttyACM0");
});

test("no port, and several, are refused with what is there", () => {
  const none = refused(() => find("pico", [built, modem, pico2]));
  assert.is(none.code, "device-missing");
  assert.match(
    none.message,
    /no port of pico \(USB 2e8a:000a\); the ports are \/dev\/ttyS0; \/dev\/ttyUSB1 \(1199:9071\)/,
  );
  assert.match(
    refused(() => find(undefined, [])).message,
    /no port of any board .*; there are no serial ports/,
  );
  const several = refused(() => find("pico", [pico, { ...pico, path: "/dev/ttyACM9" }]));
  assert.is(several.code, "device-ambiguous");
  assert.match(several.message, /ttyACM0 \(wasmote, 2e8a:000a, E6607761736D6F74\); \/dev\/ttyACM9/);
});

test("ports are listed by the package serialport, and its absence is said", async () => {
  assert.equal(await listSerialPorts(async () => ({ list: async () => [pico] })), [pico]);
  const missing = await listSerialPorts(async () => {
    throw new Error("not found\nmore");
  }).catch((error: unknown) => error);
  assert.instance(missing, WasmoteError);
  assert.is((missing as WasmoteError).code, "package-missing");
});

test.run();
