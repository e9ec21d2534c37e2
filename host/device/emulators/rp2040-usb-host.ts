import type { RP2040 } from "rp2040js";

/** A control transfer's request. Source: USB 2.0, 9.3. */
export interface UsbRequest {
  /** bmRequestType; bit 7 says that data goes to the host. */
  type: number;
  code: number;
  value?: number;
  index?: number;
  /** wLength; by default that of `data`. */
  length?: number;
  /** What is sent to the device. */
  data?: Uint8Array;
}

/** A request that the device refused by a stall. */
export class UsbStall extends Error {}

/** Registers and memory of the controller. Source: RP2040 data sheet, 4.1.2.5, 4.1.4. */
const bufferControlAt = 0x80;
const bufferControlEnd = 0x100;
const available = 1 << 10;
const stall = 1 << 11;
const pullUp = 1 << 16;
const sieControl = 0x4c;
const sieStatus = 0x50;
const stallArm = 0x68;
const resetReceived = 1 << 19;
const suspended = 1 << 4;
const resumed = 1 << 11;
const toHost = 0x80;

const recoveryNanos = 20_000;
const packetBytes = 64;
const dataEndpoint = 2;
const descriptor = { device: 1, configuration: 2, string: 3 } as const;
const standard = { setAddress: 5, getDescriptor: 6, setConfiguration: 9 } as const;
const line = { setCoding: 0x20, setState: 0x22 } as const;
const toInterface = 0x21;
const english = 0x0409;

/** A transfer that neither the device nor the host has ended: the bus was reset, or the device is gone. */
export class UsbGone extends Error {}

interface Transfer {
  request: UsbRequest;
  received: number[];
  sent: number;
  stage: "data" | "status";
  resolve(data: Uint8Array): void;
  reject(error: Error): void;
}

/** What of rp2040js's controller is used, private parts of it as well. */
interface Controller {
  sieStatus: number;
  addrEndp: number;
  onEndpointWrite?: (endpoint: number, bytes: Uint8Array) => void;
  onEndpointRead?: (endpoint: number, length: number) => void;
  onResetReceived?: () => void;
  writeUint32(offset: number, value: number): void;
  sieStatusUpdated(): void;
  sendSetupPacket(packet: Uint8Array): void;
  endpointReadDone(endpoint: number, bytes: Uint8Array): void;
  indicateBufferReady(endpoint: number, out: boolean): void;
  finishRead(endpoint: number, bytes: Uint8Array): void;
  DPRAMUpdated(offset: number, value: number): void;
}

/**
 * The host at the other end of an emulated RP2040's USB cable. Beneath it, rp2040js moves packets between the controller's
 * memory and here; this does what a host does with a serial device of the communications class: reset, address,
 * descriptors, configuration, line coding, data. What the device does is checked: packets of a control transfer that
 * nobody asked for, an address that is not the one given, data on other endpoints.
 */
export class Rp2040UsbHost {
  /** What the device has said of itself, once it is configured. */
  device: Uint8Array = new Uint8Array();
  configuration: Uint8Array = new Uint8Array();
  /** Whether the device has its pull-up on the bus. */
  attached = false;
  /** Whether it is configured. */
  ready = false;
  /** False for a host that leaves the device's data where it is. */
  #reading = true;
  readonly #controller: Controller;
  readonly #onBytes: (bytes: Uint8Array) => void;
  readonly #onTrouble: (what: string) => void;
  readonly #outgoing: number[] = [];
  #wanted = 0;
  #enumerating = false;
  #finishing: Transfer | undefined;
  #finished: Transfer | undefined;
  readonly #recovery: { schedule(nanos: number): void };
  #held: [offset: number, value: number] | undefined;
  #transfer: Transfer | undefined;

  /**
   * @param onBytes takes the bytes that the device sends
   * @param onTrouble told where the device does what no device may do
   */
  constructor(chip: RP2040, onBytes: (bytes: Uint8Array) => void, onTrouble: (what: string) => void) {
    this.#controller = chip.usbCtrl as unknown as Controller;
    this.#onBytes = onBytes;
    this.#onTrouble = onTrouble;
    this.#recovery = chip.clock.createAlarm(() => this.#resolve());
    this.#watchRegisters();
    this.#tellWhenTaken();
    this.#controller.onEndpointRead = (endpoint) => this.#offered(endpoint);
  }

  /** Whether there is something under way that the device has to do. */
  get busy(): boolean {
    return this.#transfer !== undefined || this.#outgoing.length > 0 || !this.ready;
  }

  /** Whether what comes next is this host's: the emulator has to let other code of this process run. */
  get hasTurn(): boolean {
    return this.#enumerating && this.#transfer === undefined;
  }

  /** Sends bytes to the device, as it takes them. */
  send(bytes: Uint8Array): void {
    for (const byte of bytes) this.#outgoing.push(byte);
    this.#offerData();
  }

  /** Has the host take no more data, or again. */
  setReading(reading: boolean): void {
    this.#reading = reading;
    if (reading && this.#held !== undefined) {
      const [offset, value] = this.#held;
      this.#held = undefined;
      this.#controller.DPRAMUpdated(offset, value);
    }
  }

  /** Resets the bus: what was under way is over, the device has address 0 again. */
  reset(): void {
    this.#drop("the bus was reset");
    this.#held = undefined;
    this.#wanted = 0;
    this.#outgoing.length = 0;
    this.ready = false;
    this.#startReset();
  }

  /** The device has left the bus. */
  leave(): void {
    this.ready = false;
    this.#resolve();
    this.#drop("the device left the bus");
  }

  /** Suspends the bus, or resumes it. */
  suspend(suspend: boolean): void {
    this.#controller.sieStatus |= suspend ? suspended : resumed;
    this.#controller.sieStatusUpdated();
  }

  /**
   * Makes a control transfer. Gives the data of a transfer to the host.
   *
   * @throws UsbStall where the device stalls it, UsbGone
   */
  request(request: UsbRequest): Promise<Uint8Array> {
    const { type, code, value = 0, index = 0, data = new Uint8Array() } = request;
    const length = request.length ?? data.length;
    this.#transfer?.reject(new Error("another request came"));
    return new Promise((resolve, reject) => {
      const stage = length > 0 ? "data" : "status";
      this.#transfer = { request: { ...request, length }, received: [], sent: 0, stage, resolve, reject };
      const words = [value, index, length].flatMap((word) => [word & 0xff, word >> 8]);
      this.#controller.sendSetupPacket(Uint8Array.of(type, code, ...words));
    });
  }

  /** A descriptor of the device, as many bytes as it has or `length`. */
  descriptor(kind: keyof typeof descriptor, length = 0xffff, number = 0): Promise<Uint8Array> {
    const value = (descriptor[kind] << 8) | number;
    const index = kind === "string" && number > 0 ? english : 0;
    return this.request({ type: toHost, code: standard.getDescriptor, value, index, length });
  }

  /** A string of the device. */
  async string(number: number): Promise<string> {
    return Buffer.from((await this.descriptor("string", 255, number)).subarray(2)).toString("utf16le");
  }

  /** Sets the speed of the line in baud, and whether a program has it open. */
  async setLine(baud: number, open: boolean): Promise<void> {
    const coding = new Uint8Array(7);
    new DataView(coding.buffer).setUint32(0, baud, true);
    coding[6] = 8;
    await this.request({ type: toInterface, code: line.setCoding, data: coding });
    await this.request({ type: toInterface, code: line.setState, value: open ? 3 : 0 });
  }

  /** Gives the device an address and its configuration, as after a reset, and opens the line. */
  async enumerate(): Promise<void> {
    const address = 5;
    await this.descriptor("device", packetBytes);
    await this.request({ type: 0, code: standard.setAddress, value: address });
    const taken = this.#controller.addrEndp;
    if (taken !== address) this.#onTrouble(`its address is ${taken}`);
    this.device = await this.descriptor("device", 18);
    const head = await this.descriptor("configuration", 9);
    this.configuration = await this.descriptor("configuration", head[2]! | (head[3]! << 8));
    await this.request({ type: 0, code: standard.setConfiguration, value: this.configuration[5]! });
    await this.setLine(115_200, true);
    this.ready = true;
  }

  #drop(reason: string): void {
    this.#transfer?.reject(new UsbGone(reason));
    this.#transfer = undefined;
  }

  /** Without the 10 ms that a reset takes, so that an emulator starts sooner. */
  #startReset(): void {
    this.#controller.sieStatus |= resetReceived;
    this.#controller.sieStatusUpdated();
  }

  /** The pull-up shows the device; the end of a reset, which the device confirms, lets it be given an address. */
  #watchRegisters(): void {
    const controller = this.#controller;
    const write = controller.writeUint32.bind(controller);
    controller.writeUint32 = (offset, value) => {
      write(offset, value);
      if (offset === sieStatus) this.#endSuspend(value);
      if (offset === stallArm && (value & 3) !== 0) this.#stalled();
      if (offset === sieControl && (value & pullUp) !== 0 && !this.attached) {
        this.attached = true;
        this.#startReset();
      }
    };
    controller.onResetReceived = () => {
      this.#enumerating = true;
      this.enumerate()
        .catch((error: Error) => {
          if (!(error instanceof UsbGone)) this.#onTrouble(error.message);
        })
        .finally(() => {
          this.#enumerating = false;
        });
    };
    const finishRead = controller.finishRead.bind(controller);
    controller.finishRead = (endpoint, bytes) => {
      finishRead(endpoint, bytes);
      if (endpoint === 0 && this.#finishing !== undefined && this.#finishing === this.#transfer)
        this.#finish(this.#finishing);
    };
    const update = controller.DPRAMUpdated.bind(controller);
    controller.DPRAMUpdated = (offset, value) => {
      const armed = offset >= bufferControlAt && offset < bufferControlEnd && (value & available) !== 0;
      const sends = (offset & 4) === 0;
      if (armed && (value & stall) !== 0) this.#onTrouble("it armed a stalled buffer");
      if (armed && sends && !this.#reading && offset >> 3 === (bufferControlAt >> 3) + dataEndpoint) {
        this.#held = [offset, value];
      } else update(offset, value);
    };
  }

  /** A packet to the host is told as sent when the host has it; rp2040js tells it before. */
  #tellWhenTaken(): void {
    const controller = this.#controller;
    const tell = controller.indicateBufferReady.bind(controller);
    controller.indicateBufferReady = (endpoint, out) => {
      if (out) tell(endpoint, out);
    };
    controller.onEndpointWrite = (endpoint, bytes) => {
      this.#taken(endpoint, bytes);
      tell(endpoint, false);
    };
  }

  /** Writing the bit clears it, which rp2040js leaves out. */
  #endSuspend(written: number): void {
    if ((written & suspended) === 0) return;
    this.#controller.sieStatus &= ~suspended;
    this.#controller.sieStatusUpdated();
  }

  #stalled(): void {
    const transfer = this.#transfer;
    this.#transfer = undefined;
    transfer?.reject(new UsbStall(`request ${transfer.request.code} was stalled`));
  }

  /** A packet from the device. */
  #taken(endpoint: number, bytes: Uint8Array): void {
    if (endpoint === 0) this.#takeControl(bytes);
    else if (endpoint === dataEndpoint) this.#onBytes(bytes);
    else this.#onTrouble(`${bytes.length} bytes on endpoint ${endpoint}`);
  }

  #takeControl(bytes: Uint8Array): void {
    const transfer = this.#transfer;
    if (transfer === undefined) {
      this.#onTrouble("a packet of no control transfer");
      return;
    }
    const { request, received } = transfer;
    const reads = (request.type & toHost) !== 0;
    if (transfer.stage === "data" && reads) {
      received.push(...bytes);
      if (received.length > request.length!) this.#onTrouble("more data than was asked for");
      if (bytes.length < packetBytes || received.length >= request.length!) transfer.stage = "status";
    } else if (bytes.length === 0) this.#finish(transfer);
    else this.#onTrouble("data in a status stage");
  }

  /** The device is ready for a packet. */
  #offered(endpoint: number): void {
    if (endpoint === dataEndpoint) {
      this.#wanted = packetBytes;
      this.#offerData();
      return;
    }
    const transfer = this.#transfer;
    if (endpoint !== 0 || transfer === undefined) {
      this.#onTrouble(`endpoint ${endpoint} wants data`);
      return;
    }
    const reads = (transfer.request.type & toHost) !== 0;
    if (reads) {
      this.#finishing = transfer;
      this.#controller.endpointReadDone(0, new Uint8Array());
      return;
    }
    const rest = (transfer.request.data ?? new Uint8Array()).subarray(
      transfer.sent,
      transfer.sent + packetBytes,
    );
    transfer.sent += rest.length;
    if (transfer.sent >= transfer.request.length!) transfer.stage = "status";
    this.#controller.endpointReadDone(0, rest);
  }

  #offerData(): void {
    if (this.#wanted === 0 || this.#outgoing.length === 0) return;
    const bytes = Uint8Array.from(this.#outgoing.splice(0, this.#wanted));
    this.#wanted = 0;
    this.#controller.endpointReadDone(dataEndpoint, bytes);
  }

  /** The next transfer comes a little later, as on a bus: the device has seen the end of this one. */
  #finish(transfer: Transfer): void {
    this.#finished = transfer;
    this.#recovery.schedule(recoveryNanos);
  }

  #resolve(): void {
    const transfer = this.#transfer;
    if (transfer === undefined || transfer !== this.#finished) return;
    this.#transfer = undefined;
    transfer.resolve(Uint8Array.from(transfer.received));
  }
}
