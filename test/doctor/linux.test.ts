import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../host/boards/index.js";
import { type Diagnosis, diagnose, type Finding, type Machine } from "../../host/doctor/index.js";
import { missing } from "../../host/tools/find.js";
import {
  builders,
  groupFile,
  knownBoard,
  knownBoards,
  madeMachine,
  removeMachines,
  usbFiles,
} from "./made-machine.js";

test.after(removeMachines);

const aptGet = ["apt-get"];
const everything = {
  programs: [...aptGet, ...builders, "qemu-system-arm", "qemu-system-riscv32"].concat([
    ...["openocd", "st-flash", "dfu-util", "esptool"],
  ]),
  packages: ["serialport", "rp2040js"],
  user: { name: "anna", uid: 1000, groups: [1000, 20, 46] },
};

const about = (name: string, machine: Machine): Promise<Diagnosis> =>
  diagnose([knownBoard(name)], true, machine);
const whole = (machine: Machine): Promise<Diagnosis> => diagnose(knownBoards(), false, machine);

/** The one finding of that name. */
function only({ findings }: Diagnosis, what: string): Finding {
  const found = findings.filter((finding) => finding.what === what);
  assert.is(found.length, 1, `${what}: among ${findings.map((finding) => finding.what).join(", ")}`);
  return found[0] as Finding;
}

test("a new machine has Node alone: each thing says what it is for and what installs it", async () => {
  const diagnosis = await whole(madeMachine({ programs: aptGet }));
  assert.is(only(diagnosis, "node").state, "ok");
  const compiler = only(diagnosis, "riscv64-unknown-elf-gcc");
  assert.equal(compiler, {
    room: "firmware",
    what: "riscv64-unknown-elf-gcc",
    state: "missing",
    neededFor: "the firmware of esp32-c3, qemu-rv32",
    mend: "sudo apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf",
  });
  assert.is(only(diagnosis, "rp2040js").mend, "npm install rp2040js");
  assert.is(only(diagnosis, "serialport").mend, "npm install serialport");
  assert.match(only(diagnosis, "cmake").neededFor, /^the firmware of arduino-nano-33-ble, .* more boards$/);
  assert.ok(diagnosis.ready, "models run");
  assert.match(
    diagnosis.verdict,
    /firmware for 0 of \d+ boards; 0 of \d+ can be emulated; 0 of \d+ can be flashed/,
  );
  assert.match(diagnosis.mend ?? "", /^sudo apt-get install cmake make gcc-arm-none-eabi .* qemu-system-arm/);
});

test("where all is there, nothing is to be mended, and every board can be had", async () => {
  const files = {
    "lib/udev/rules.d/60-openocd.rules":
      'ATTRS{idVendor}=="0d28", MODE="660", GROUP="plugdev", TAG+="uaccess"\n',
    "usr/lib/udev/rules.d/49-st.rules":
      'SUBSYSTEMS=="usb", ATTRS{idVendor}=="0483", ATTRS{idProduct}=="374[be]|374?|37*|df11", \\\n    MODE:="0666"\n',
    "etc/udev/rules.d/70-pico.rules": 'ATTR{idVendor}=="2e8a", MODE="0660", GROUP="plugdev"\n',
  };
  const diagnosis = await whole(madeMachine({ ...everything, files }));
  assert.equal(
    diagnosis.findings.filter(({ state }) => state !== "ok"),
    [],
  );
  assert.is(diagnosis.mend, undefined);
  for (const { board, firmwareLacks, flash } of diagnosis.boards) {
    assert.equal(firmwareLacks, [], board);
    for (const { method, lacks } of flash) assert.equal(lacks, [], `${board} by ${method}`);
  }
  assert.match(
    diagnosis.verdict,
    /^models run here; firmware for (\d+) of \1 boards; (\d+) of \2 .*; (\d+) of \3 /,
  );
});

test("a compiler without picolibc is missing, and it is said", async () => {
  const programs = ["apt-get", "cmake", "make", "arm-none-eabi-gcc-"];
  const diagnosis = await about("pico", madeMachine({ ...everything, programs }));
  const { state, detail, mend } = only(diagnosis, "arm-none-eabi-gcc");
  assert.equal([state, detail], ["missing", "picolibc, its C library, is missing"]);
  assert.match(mend ?? "", /picolibc-arm-none-eabi$/);
  assert.not.ok(diagnosis.ready);
  assert.is(diagnosis.verdict, "pico can be neither emulated nor flashed: arm-none-eabi-gcc is missing");
});

test("one board needs no more than one way: what others would take is optional", async () => {
  const diagnosis = await about("pico", madeMachine({ programs: [...aptGet, ...builders] }));
  assert.ok(diagnosis.ready, diagnosis.verdict);
  assert.is(diagnosis.verdict, "pico is ready: its firmware can be had, it can be flashed by uf2");
  assert.is(only(diagnosis, "openocd").state, "optional");
  assert.is(only(diagnosis, "udev rules").state, "optional");
  assert.is(diagnosis.findings.filter(({ what }) => what.startsWith("qemu")).length, 0, "of other boards");
});

test("a board that its maker's tools write is ready where it is built", async () => {
  const ready = await about("alif-e7-devkit", madeMachine({ programs: [...aptGet, ...builders] }));
  assert.is(ready.verdict, "alif-e7-devkit is ready: its firmware can be had, its maker's tools write it");
  const { ready: isReady, verdict } = await about("alif-e7-devkit", madeMachine({ programs: aptGet }));
  assert.not.ok(isReady);
  assert.is(verdict, "alif-e7-devkit cannot be built: cmake, make and arm-none-eabi-gcc are missing");
});

test("a board that is built only is not ready", async () => {
  const diagnosis = await about("nucleo-l4r5zi", madeMachine({ programs: [...aptGet, ...builders] }));
  assert.not.ok(diagnosis.ready);
  assert.match(diagnosis.verdict, /openocd and udev rules are missing$/);
  assert.is(only(diagnosis, "openocd").state, "missing");
  assert.is(only(diagnosis, "st-flash").state, "optional", "the first way suffices");
  assert.is(diagnosis.mend, "sudo apt-get install openocd");
});

test("for programs that Debian has no package with, what works anywhere is named", async () => {
  const flasherLacks: Machine["flasherLacks"] = async ({ name }) =>
    name === "picotool" || name === "pyocd" ? name : undefined;
  const diagnosis = await diagnose([loadBoard("pico")], true, madeMachine({ ...everything, flasherLacks }));
  assert.is(only(diagnosis, "pyocd").mend, "pipx install pyocd");
  assert.is(only(diagnosis, "picotool").mend, "https://github.com/raspberrypi/pico-sdk-tools/releases");
  for (const what of ["pyocd", "picotool"]) assert.is(only(diagnosis, what).afterwards, undefined);
  assert.is(missing("pyocd").detail, "pyocd; anywhere: pipx install pyocd");
});

test("a board is begun with by the first way that a command of this machine installs", async () => {
  const flasherLacks: Machine["flasherLacks"] = async ({ name }) =>
    name === "bossac" || name === "openocd" ? name : name === "jlink" ? "JLinkExe" : "pyocd";
  const board = loadBoard("arduino-nano-33-ble");
  const begun = async (...programs: string[]) =>
    diagnose([board], true, madeMachine({ programs: [...builders, ...programs], flasherLacks }));
  const byApt = await begun("apt-get");
  assert.is(byApt.mend, "sudo apt-get install openocd");
  assert.match(byApt.verdict, /: openocd and .* are missing$/);
  assert.equal([only(byApt, "bossac").state, only(byApt, "openocd").state], ["optional", "missing"]);
  const byArduino = await begun("apt-get", "arduino-cli");
  assert.is(byArduino.mend, "arduino-cli core install arduino:mbed_nano");
  assert.match(byArduino.verdict, /: bossac/);
  assert.is(only(byArduino, "openocd").state, "optional");
  assert.is(only(await begun(), "bossac").state, "missing", "the first way, where no command is there");
});

test("an emulator is enough", async () => {
  const diagnosis = await about("qemu-rv32", madeMachine(everything));
  assert.is(diagnosis.verdict, "qemu-rv32 is ready: its firmware can be had, it can be emulated");
  const without = madeMachine({ ...everything, programs: [...aptGet, ...builders] });
  assert.match((await about("qemu-rv32", without)).verdict, /qemu-system-riscv32 is missing/);
});

test("firmware that came compiled takes no compiler", async () => {
  const prebuilt = ({ id }: { id: string }) =>
    id === "pico" ? { found: true } : { found: false, why: `it has no firmware of ${id}` };
  const diagnosis = await about("pico", madeMachine({ programs: aptGet, prebuilt }));
  assert.ok(diagnosis.ready, diagnosis.verdict);
  assert.is(only(diagnosis, "cmake").state, "optional");
  assert.is(only(diagnosis, "@wasmote/firmware").detail, "has the firmware of pico");
  const other = await about("esp32-c3", madeMachine({ programs: aptGet, prebuilt }));
  assert.not.ok(other.ready);
  assert.is(only(other, "cmake").state, "missing");
  assert.is(only(other, "@wasmote/firmware").detail, "it has no firmware of esp32-c3");
});

test("Node that is too old is not ready for anything", async () => {
  const diagnosis = await whole(madeMachine({ ...everything, nodeVersion: "18.19.0" }));
  assert.not.ok(diagnosis.ready);
  assert.is(diagnosis.verdict, "node 18.19.0 is too old");
  assert.is(only(diagnosis, "node").mend, "https://nodejs.org/en/download");
  const one = await about("pico", madeMachine({ ...everything, nodeVersion: "18.19.0" }));
  assert.match(one.verdict, /a newer node is missing/);
});

test("without wasm3 its compiler is named; --on node does without", async () => {
  const prepareWasm3 = () => Promise.reject(new Error("no addon: no C compiler\nmore"));
  const wasm3 = only(await whole(madeMachine({ ...everything, prepareWasm3 })), "wasm3");
  assert.equal([wasm3.state, wasm3.mend], ["optional", "sudo apt-get install gcc libc6-dev"]);
  assert.is(wasm3.detail, "no addon: no C compiler; --on node does without");
});

test("a system without apt-get and Homebrew is told Debian's names; with Homebrew, its formulas", async () => {
  const plain = only(await whole(madeMachine()), "arm-none-eabi-gcc");
  assert.is(plain.mend, undefined);
  assert.match(plain.afterwards ?? "", /what Debian calls gcc-arm-none-eabi picolibc-arm-none-eabi$/);
  const brewed = only(await whole(madeMachine({ programs: ["brew"] })), "openocd");
  assert.equal([brewed.mend, brewed.afterwards], ["brew install open-ocd", undefined]);
});

test("root needs no sudo, no group and no rule", async () => {
  const user = { name: "root", uid: 0, groups: [0] };
  const diagnosis = await whole(madeMachine({ programs: aptGet, user }));
  assert.is(only(diagnosis, "openocd").mend, "apt-get install openocd");
  assert.is(only(diagnosis, "group dialout").detail, "root needs none");
  assert.is(only(diagnosis, "udev rules").state, "ok");
});

test("serial ports: the group that owns them, or that would, and whether the user is in it", async () => {
  const group = async (parts: Parameters<typeof madeMachine>[0], name = "group dialout") =>
    only(await whole(madeMachine(parts)), name);
  const out = await group({});
  assert.equal(
    [out.state, out.mend, out.afterwards],
    ["missing", "sudo usermod -aG dialout $USER", "log in again"],
  );
  assert.is((await group({ user: { name: "anna", uid: 1000, groups: [1000, 20] } })).state, "ok");
  const since = await group({ files: { "etc/group": groupFile("dialout") } });
  assert.equal([since.state, since.mend], ["missing", "newgrp dialout"]);
  const arch = await group({ files: { "etc/group": "root:x:0:\nuucp:x:986:\n" } }, "group uucp");
  assert.is(arch.mend, "sudo usermod -aG uucp $USER");

  const files = usbFiles("303a:1001", "USB JTAG/serial debug unit", 5, "ttyACM0");
  const owner = (path: string) => (path === "/dev/ttyACM0" ? { group: 46, mode: 0o20660 } : undefined);
  assert.is((await group({ files, owner }, "group plugdev")).state, "missing", "that of the port itself");
  assert.is((await group({ files, writable: ["/dev/ttyACM0"] })).state, "ok", "the port is open to the user");
});

test("a board that is flashed over its port needs the right to open it", async () => {
  const user = { name: "anna", uid: 1000, groups: [1000] };
  const diagnosis = await about("esp32-c3", madeMachine({ ...everything, user }));
  assert.equal(diagnosis.boards[0]?.flash, [{ method: "esptool", lacks: ["group dialout"] }]);
  assert.not.ok(diagnosis.ready);
  assert.is(diagnosis.mend, "sudo usermod -aG dialout $USER");
});

test("udev: rules for other vendors, other users or in comments give nothing; the command gives what lacks", async () => {
  const files = {
    "etc/udev/rules.d/10-other.rules": [
      '# ATTRS{idVendor}=="0483", MODE="0666"',
      'ATTRS{idVendor}=="0483", ATTRS{idProduct}=="0001", MODE="0666"',
      'ATTRS{idVendor}=="0483", MODE="0660", GROUP="others"',
      'ATTRS{idVendor}=="0483", MODE="0600"',
      'ATTRS{idVendor}=="0483", ENV{ID_MM_DEVICE_IGNORE}="1"',
    ].join("\n"),
    "etc/udev/rules.d/20-no-rules.txt": 'ATTRS{idVendor}=="0483", MODE="0666"',
  };
  const rules = only(await about("nucleo-l4r5zi", madeMachine({ ...everything, files })), "udev rules");
  assert.equal([rules.state, rules.detail], ["missing", "you may not write to devices of vendor 0483"]);
  assert.is(
    rules.mend,
    `echo 'SUBSYSTEM=="usb",ATTR{idVendor}=="0483",MODE="0660",GROUP="plugdev",TAG+="uaccess"' | ` +
      "sudo tee /etc/udev/rules.d/70-wasmote.rules && sudo udevadm control --reload && sudo udevadm trigger",
  );
  const written = { "etc/udev/rules.d/70-wasmote.rules": `${/'(.*?)'/.exec(rules.mend ?? "")?.[1]}\n` };
  const mended = await about("nucleo-l4r5zi", madeMachine({ ...everything, files: written }));
  assert.is(only(mended, "udev rules").state, "ok", "its own command mends it");
  const stranger = { ...everything, user: { name: "anna", uid: 1000, groups: [1000] } };
  const ungrouped = only(await whole(madeMachine(stranger)), "udev rules").mend ?? "";
  assert.match(ungrouped, `ATTR{idVendor}=="0483|0d28|2e8a",TAG+="uaccess"' | sudo tee`);
});

test("a connected device's own file says more than rules", async () => {
  const files = usbFiles("0483:374b", "STM32 STLink", 7);
  const closed = await about("nucleo-l4r5zi", madeMachine({ ...everything, files }));
  assert.is(only(closed, "udev rules").state, "missing");
  const node = "/dev/bus/usb/001/007";
  const open = await about("nucleo-l4r5zi", madeMachine({ ...everything, files, writable: [node] }));
  assert.ok(open.ready, open.verdict);
});

test("what is plugged in is told with the boards that it may be, and its ports", async () => {
  const files = {
    ...usbFiles("1d6b:0002", "Host Controller", 1),
    ...usbFiles("303a:1001", "USB JTAG", 5, "ttyACM0"),
    ...usbFiles("2e8a:000c", "Debug Probe", 6),
    ...usbFiles("10c4:ea60", "CP2102", 8, "ttyUSB0"),
    "dev/ttyS0": "",
  };
  const volumes = () => [
    { path: "/media/anna/RPI-RP2", boardId: "RPI-RP2" },
    { path: "/media/anna/OTHER", boardId: "SAMD21-Board" },
  ];
  const { connected } = await whole(madeMachine({ ...everything, files, volumes }));
  assert.equal(connected, [
    { kind: "device", what: "303a:1001 USB JTAG", boards: ["esp32-c3"], ports: ["/dev/ttyACM0"] },
    {
      kind: "probe",
      what: "2e8a:000c Debug Probe",
      boards: ["arduino-nano-33-ble", "pico", "pico-2"],
      ports: [],
    },
    { kind: "volume", what: "/media/anna/RPI-RP2", boards: ["pico"], ports: [] },
    { kind: "port", what: "/dev/ttyUSB0", boards: [], ports: ["/dev/ttyUSB0"] },
  ]);
});

test("a board that is plugged in and cannot be flashed makes the machine unready", async () => {
  const files = usbFiles("303a:1001", "USB JTAG", 5, "ttyACM0");
  const programs = [...aptGet, ...builders];
  const diagnosis = await whole(madeMachine({ ...everything, programs, files }));
  assert.not.ok(diagnosis.ready);
  assert.is(diagnosis.verdict, "esp32-c3 is plugged in and cannot be flashed: esptool is missing");
  assert.ok((await whole(madeMachine({ ...everything, files }))).ready);
});

test("services that take ports are hinted at, where they run; so is WSL", async () => {
  const files = {
    "proc/1/comm": "systemd\n",
    "proc/77/comm": "ModemManager\n",
    "proc/self/comm": "brltty\n",
  };
  const diagnosis = await whole(madeMachine({ ...everything, files }));
  const hints = diagnosis.findings.filter(({ state }) => state === "hint");
  assert.equal(
    hints.map(({ what, mend }) => [what, mend]),
    [["ModemManager", "sudo systemctl disable --now ModemManager"]],
  );
  const version = "Linux version 5.15.90.1-microsoft-standard-WSL2\n";
  const wsl = await whole(madeMachine({ ...everything, files: { "proc/version": version } }));
  assert.match(only(wsl, "WSL").mend ?? "", /^usbipd attach --wsl/);
});

test.run();
