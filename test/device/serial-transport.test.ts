import { SerialPortMock } from "serialport";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openPort } from "../../host/device/open-port.js";
import { serialTransport } from "../../host/device/serial-transport.js";
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

test.run();
