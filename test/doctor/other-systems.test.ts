import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { diagnose } from "../../host/doctor/index.js";
import { thisMachine } from "../../host/doctor/machine.js";
import { oldestNode } from "../../host/doctor/models.js";
import { profilerDevices } from "../../host/flash/usb-devices.js";
import { root } from "../cli/command.js";
import { builders, knownBoard, knownBoards, madeMachine, removeMachines } from "./made-machine.js";

test.after(removeMachines);

const states = (findings: readonly { what: string; state: string }[]): Record<string, string> =>
  Object.fromEntries(findings.map(({ what, state }) => [what, state]));

test("macOS: Homebrew, ports by their names, no rights to ask for", async () => {
  const report = {
    _items: [{ _name: "RP2 Boot", vendor_id: "0x2e8a", product_id: "0x0003", serial_num: "E0C9" }],
  };
  const machine = madeMachine({
    platform: "darwin",
    arch: "arm64",
    user: { name: "anna", uid: 501, groups: [20] },
    packages: ["serialport", "rp2040js"],
    files: { "dev/cu.usbmodem101": "", "dev/tty.usbmodem101": "", "dev/cu.Bluetooth-Incoming-Port": "" },
    usbDevices: async () => profilerDevices(report),
  });
  const { findings, connected, mend } = await diagnose(knownBoards(), false, machine);
  const found = (what: string) => findings.find((finding) => finding.what === what);
  assert.is(found("cmake")?.mend, "brew install cmake");
  assert.is(found("arm-none-eabi-gcc")?.mend, "brew install --cask gcc-arm-embedded");
  assert.match(found("arm-none-eabi-gcc")?.afterwards ?? "", "picolibc");
  assert.equal(
    [found("udev rules"), found("group dialout"), found("WinUSB")],
    [undefined, undefined, undefined],
  );
  assert.match(mend ?? "", /^brew install cmake && brew install make && brew install --cask/);
  assert.equal(connected, [
    { kind: "device", what: "2e8a:0003 RP2 Boot (E0C9)", boards: ["pico"], ports: [] },
    { kind: "port", what: "/dev/cu.usbmodem101", boards: [], ports: ["/dev/cu.usbmodem101"] },
  ]);
});

test("macOS: an old Node and no compiler for wasm3 have Homebrew's and Apple's commands", async () => {
  const prepareWasm3 = () => Promise.reject(new Error("no cc"));
  const machine = madeMachine({ platform: "darwin", nodeVersion: "18.0.0", prepareWasm3 });
  const { findings } = await diagnose([knownBoard("pico")], true, machine);
  const mends = findings.filter(({ room }) => room === "models").map(({ mend }) => mend);
  assert.equal(mends, ["brew install node", "xcode-select --install"]);
});

test("Windows: ports as serialport lists them, drivers by Zadig, compilers in WSL", async () => {
  const list = async () => [
    { path: "COM1" },
    { path: "COM7", vendorId: "303A", productId: "1001" },
    { path: "COM8", vendorId: "10C4", productId: "EA60" },
  ];
  const machine = madeMachine({
    platform: "win32",
    user: { name: "anna", groups: [] },
    usbDevices: async () => undefined,
    nodeVersion: "18.0.0",
  });
  machine.load = async () => ({ SerialPort: { list } });
  const { findings, connected } = await diagnose(knownBoards(), false, machine);
  const found = (what: string) => findings.find((finding) => finding.what === what);
  assert.is(found("node")?.mend, "winget install OpenJS.NodeJS.LTS");
  assert.equal(
    [found("cmake")?.mend, found("cmake")?.afterwards],
    ["wsl --install", "install wasmote and its programs there"],
  );
  assert.equal([found("WinUSB")?.state, found("WinUSB")?.mend], ["hint", "winget install akeo.ie.Zadig"]);
  assert.equal([found("udev rules"), found("group dialout")], [undefined, undefined]);
  assert.equal(connected, [
    { kind: "port", what: "COM7", boards: ["esp32-c3"], ports: ["COM7"] },
    { kind: "port", what: "COM8", boards: [], ports: ["COM8"] },
  ]);
  machine.load = () => Promise.reject(new Error("no serialport"));
  const without = await diagnose(knownBoards(), false, machine);
  assert.is(states(without.findings).serialport, "missing");
  assert.equal(without.connected, []);
});

test("the oldest Node is that of package.json", () => {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  assert.is(engines.node, `>=${oldestNode}`);
});

test("this very machine is looked at without an error", async () => {
  const { machine, findings } = await diagnose([knownBoard("pico")], true, thisMachine());
  assert.is(machine.node, process.versions.node);
  assert.is(states(findings).node, "ok");
  const { owner, isWritable } = thisMachine();
  assert.equal([owner("no/such/file"), isWritable("no/such/file")], [undefined, false]);
  assert.type(owner("tmp")?.group, "number");
  assert.ok(isWritable("tmp"));
});

test("boards without a flash tool are ready by UF2 on every system", async () => {
  for (const platform of ["linux", "darwin", "win32"] as const) {
    const machine = madeMachine({ platform, programs: builders, usbDevices: async () => undefined });
    const { ready, verdict } = await diagnose([knownBoard("pico-2")], true, machine);
    assert.ok(ready, `${platform}: ${verdict}`);
  }
});

test.run();
