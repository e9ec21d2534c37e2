import { SerialPortMock } from "serialport";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openPort } from "../../host/device/open-port.js";
import { serialTransport } from "../../host/device/serial-transport.js";
import { touchPort } from "../../host/device/touch-port.js";
import { serialPorts } from "../../host/flash/serial-ports.js";
import { errorOf } from "../error-of.js";
import { endOf, nextText } from "./end-of.js";

const path = "/dev/ttyMOCK";
let opened: SerialPortMock;

/** Ports that exist in this process alone, as serialport offers them for tests. */
class Port extends SerialPortMock {
  constructor(...args: ConstructorParameters<typeof SerialPortMock>) {
    super(...args);
    opened = this;
  }
}
const load = async () => Port;

test.before.each(() => {
  SerialPortMock.binding.reset();
});

test("a port is opened at its speed, and what is written and arrives goes through", async () => {
  SerialPortMock.binding.createPort(path, { echo: true, record: true });
  const line = await serialTransport(path, 9600, load);
  assert.is(line.name, path);
  assert.equal([opened.path, opened.baudRate], [path, 9600]);
  line.onData(() => assert.unreachable("the one before"));
  const answer = nextText(line);
  line.write(Uint8Array.from(Buffer.from("through")));
  assert.match("through", await answer);
  await line.close();
  assert.not(opened.isOpen);
});

test("a port that is pulled ends the line, which takes nothing more", async () => {
  SerialPortMock.binding.createPort(path);
  const line = await serialTransport(path, 9600, load);
  const end = endOf(line);
  opened.close();
  assert.is(await end, "the port was disconnected");
  line.write(Uint8Array.of(1));
  assert.is(opened.writableLength, 0);
  await line.close();
});

test("an error of the port ends the line with what it says", async () => {
  SerialPortMock.binding.createPort(path);
  const line = await serialTransport(path, 9600, load);
  const end = endOf(line);
  opened.emit("error", new Error("input/output error"));
  assert.is(await end, "input/output error");
  await line.close();
});

test("closing is told to nobody", async () => {
  SerialPortMock.binding.createPort(path);
  const line = await serialTransport(path, 9600, load);
  let told = "";
  line.onEnd((reason) => {
    told = reason;
  });
  await line.close();
  await new Promise((resolve) => setImmediate(resolve));
  assert.is(told, "");
});

test("a port that cannot be opened is refused, and those that there are are listed", async () => {
  const none = await errorOf(serialTransport(path, 9600, load));
  assert.is(none.code, "port-unavailable");
  assert.match(none.message, path);
  assert.match(none.message, "; there are no serial ports");
  SerialPortMock.binding.createPort("/dev/ttyA", { manufacturer: "Acme" });
  SerialPortMock.binding.createPort("/dev/ttyB", { manufacturer: "" });
  const some = await errorOf(serialTransport(path, 9600, load));
  assert.match(some.message, /; there are \/dev\/ttyA \(Acme[^)]*\), \/dev\/ttyB/);
});

test("where the ports cannot be listed, the error is that of the port", async () => {
  class Unlisted extends Port {
    static override list = () => Promise.reject(new Error("no list"));
  }
  const error = await errorOf(serialTransport(path, 9600, async () => Unlisted));
  assert.is(error.code, "port-unavailable");
  assert.match(error.message, "; there are no serial ports");
});

test("a name that is no socket is that of a serial port", async () => {
  const error = await errorOf(openPort("/nonexistent/ttyNONE", 115_200));
  assert.is(error.code, "port-unavailable");
  assert.match(error.message, "/nonexistent/ttyNONE");
});

test("a package that cannot be loaded is named, with why", async () => {
  const fail = async (): Promise<never> => {
    throw new Error("no prebuilt binary\nsecond line");
  };
  const error = await errorOf(serialTransport(path, 9600, fail));
  assert.is(error.code, "package-missing");
  assert.match(error.message, "serialport (no prebuilt binary)");
});

test("a touch opens at 1200 baud, drops DTR, and closes", async () => {
  SerialPortMock.binding.createPort(path);
  const signals: unknown[] = [];
  class Touched extends Port {
    override set(...args: Parameters<SerialPortMock["set"]>): void {
      signals.push([this.baudRate, this.isOpen, args[0]]);
      super.set(...args);
    }
  }
  await touchPort(path, async () => Touched);
  assert.equal(signals, [[1200, true, { dtr: false, rts: false }]]);
  assert.not(opened.isOpen);
  assert.is((await errorOf(() => touchPort("/dev/ttyNONE", load))).code, "port-unavailable");
});

test("a board that is gone as soon as it is touched is no error", async () => {
  SerialPortMock.binding.createPort(path);
  class Gone extends Port {
    override set(_: unknown, done?: (error: Error | null) => void): void {
      done?.(new Error("ENXIO"));
    }
    override close(done?: (error: Error | null) => void): void {
      super.close(() => done?.(new Error("EIO")));
    }
  }
  await touchPort(path, async () => Gone);
});

test("ports are listed with USB id and serial number; none without the package", async () => {
  SerialPortMock.binding.createPort(path, { vendorId: "2E8A", productId: "A" });
  assert.equal(await serialPorts(load), [{ path, id: "2e8a:000a", serial: "1" }]);
  assert.equal(await serialPorts(() => Promise.reject(new Error("Cannot find package"))), []);
});

test.run();
