import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { SerialPortMock } from "serialport";
import type { PortClass } from "../../host/device/serial-transport.js";

const end = 0xc0;

/** Frames of SLIP. Source: RFC 1055. */
function slip(bytes: Uint8Array): Buffer {
  const escaped = [...bytes].flatMap((byte) =>
    byte === end ? [0xdb, 0xdc] : byte === 0xdb ? [0xdb, 0xdd] : [byte],
  );
  return Buffer.from([end, ...escaped, end]);
}

/**
 * The boot loader in the ROM of an Espressif chip, and the stub that is loaded into it, as far as flashing talks to them:
 * what is written is decompressed and kept. Source: esptool documentation, "Serial protocol".
 */
export class MadeChip {
  /** What was written, by its address. */
  readonly flash = new Map<number, Buffer>();
  /** What the port's lines changed to, as "DTR RTS". */
  readonly signals: string[] = [];
  /** Replaces the MD5 of what was written. */
  md5?: string;
  /** 5 is an ESP32-C3, 9 an ESP32-S3. */
  chipId = 5;
  /** Answers nothing where it is set. */
  silent = false;
  #frame: number[] | undefined;
  #escaped = false;
  #address = 0;
  #compressed: Buffer[] = [];

  /** Takes bytes from the host; gives the bytes that it answers. */
  take(bytes: Uint8Array): Buffer {
    const answers: Buffer[] = [];
    for (const byte of bytes) {
      if (byte === end) {
        if (this.#frame !== undefined && this.#frame.length > 0) {
          answers.push(...this.#answer(Buffer.from(this.#frame)));
          this.#frame = undefined;
        } else this.#frame = [];
      } else if (byte === 0xdb) this.#escaped = true;
      else {
        this.#frame?.push(this.#escaped ? (byte === 0xdc ? end : 0xdb) : byte);
        this.#escaped = false;
      }
    }
    return Buffer.concat(this.silent ? [] : answers);
  }

  #answer(request: Buffer): Buffer[] {
    const command = request[1]!;
    const data = request.subarray(8);
    const reply = (value = 0, body = Buffer.alloc(0)): Buffer => {
      const head = Buffer.alloc(8);
      head.set([1, command]);
      head.writeUInt16LE(body.length + 2, 2);
      head.writeUInt32LE(value >>> 0, 4);
      return slip(Buffer.concat([head, body, Buffer.alloc(2)]));
    };
    switch (command) {
      case 0x08:
        return Array.from({ length: 8 }, () => reply(0x20120707));
      case 0x06:
        return [reply(), slip(Buffer.from("OHAI"))];
      case 0x14: {
        const security = Buffer.alloc(20);
        security.writeUInt32LE(this.chipId, 12);
        return [reply(0, security)];
      }
      case 0x10:
        this.#address = data.readUInt32LE(12);
        this.#compressed = [];
        return [reply()];
      case 0x11:
        this.#compressed.push(data.subarray(16));
        return [reply()];
      case 0x12:
        this.flash.set(this.#address, inflateSync(Buffer.concat(this.#compressed)));
        return [reply()];
      case 0x13: {
        const written = this.flash.get(data.readUInt32LE(0)) ?? Buffer.alloc(0);
        const md5 = this.md5 ?? createHash("md5").update(written).digest("hex");
        return [reply(0, Buffer.from(md5, "hex"))];
      }
      default:
        return [reply()];
    }
  }
}

/** Serial ports of this process alone, at which that chip is. */
export function portsOf(chip: MadeChip, path: string): PortClass {
  SerialPortMock.binding.reset();
  SerialPortMock.binding.createPort(path, { vendorId: "303a", productId: "1001" });
  return class extends SerialPortMock {
    override write(...args: unknown[]): boolean {
      const answer = chip.take(args[0] as Uint8Array);
      if (answer.length > 0) this.port?.emitData(answer);
      return (super.write as (...rest: unknown[]) => boolean)(...args);
    }
    override set(...args: Parameters<SerialPortMock["set"]>): void {
      const { dtr, rts } = args[0];
      const signals = `${Number(dtr)} ${Number(rts)}`;
      if (chip.signals.at(-1) !== signals) chip.signals.push(signals);
      super.set(...args);
    }
  };
}
