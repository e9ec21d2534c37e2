import { z } from "zod";
import { mostPin, pinStyles } from "./pins.js";

/** A 32-bit address, written as "0x20000000" since JSON has no hexadecimal numbers. */
const address = z
  .string()
  .regex(/^0x[0-9a-f]{1,8}$/, 'an address as "0x20000000"')
  .transform((text) => Number.parseInt(text, 16));
const count = z.int().positive();
const name = z.string().min(1);
const usbId = z.string().regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/, 'a USB id as "2e8a:0003"');

/** The methods that `wasmote flash` knows (host/flash), and what each needs to know of a board. */
export const flashMethodSchema = z.discriminatedUnion("method", [
  z.strictObject({
    method: z.literal("uf2"),
    /** UF2 family id, github.com/microsoft/uf2 utils/uf2families.json. */
    familyId: address,
    /** `Board-ID` in the volume's INFO_UF2.TXT starts with this. */
    boardId: name,
  }),
  z.strictObject({
    method: z.literal("openocd"),
    /** Names of OpenOCD's scripts: interface/NAME.cfg and target/NAME.cfg. */
    interface: name,
    target: name,
  }),
  z.strictObject({ method: z.literal("st-flash") }),
  z.strictObject({
    method: z.literal("dfu-util"),
    /** USB id of the boot loader; that in the ROM of STM32 parts by default. */
    bootLoader: usbId.optional(),
  }),
  z.strictObject({ method: z.literal("esptool"), chip: name, offset: address }),
  z.strictObject({
    method: z.literal("jlink"),
    /** The part, as SEGGER's list of supported devices names it. */
    device: name,
  }),
  z.strictObject({
    method: z.literal("pyocd"),
    /** The part, as `pyocd list --targets` names it. */
    target: name,
  }),
  z.strictObject({ method: z.literal("picotool") }),
  z.strictObject({
    method: z.literal("bossac"),
    /** USB id under which the boot loader's own serial port appears. */
    bootLoader: usbId,
    /** What bossac is told to write at: 0x0 where the boot loader itself adds where programs begin. */
    offset: address,
  }),
  z.strictObject({
    method: z.literal("daplink"),
    /** What the volume takes: Intel HEX, or the bytes from the beginning of flash. */
    file: z.enum(["hex", "bin"]),
    /** Four digits each with which `Unique ID` in the volume's DETAILS.TXT, or the code in its MBED.HTM, starts. */
    boardIds: z.array(z.string().regex(/^[0-9a-f]{4}$/, 'four hexadecimal digits as "9904"')).min(1),
  }),
]);

/** Names of the methods. */
export const flashMethodNames = flashMethodSchema.options.map(({ shape }) => shape.method.value);

/** The emulator is started with the model in slot 0: the only way where the firmware cannot write to flash there. */
const preload = z.boolean().default(false);

const emulatorSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("qemu"),
    program: z.enum(["qemu-system-arm", "qemu-system-riscv32"]),
    machine: name,
    arguments: z.array(z.string()),
    preload,
  }),
  z.strictObject({ kind: z.literal("rp2040js"), preload }),
]);

/** How the firmware is talked to. */
const linkSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("uart"),
    baud: count,
    /** Which of the processor's USARTs it is, where the port knows several. */
    usart: z.int().min(1).optional(),
    /** The processor's pins, numbered as its port does, where the UART can be on any. */
    transmitPin: z.int().min(0).optional(),
    receivePin: z.int().min(0).optional(),
  }),
  /** Over the processor's own USB device controller, with this id (docs/decisions/0023-usb.md). */
  z.strictObject({ kind: z.literal("usb"), id: usbId }),
  /** Over the serial line of a USB controller that is fixed in hardware, as the ESP32-C3 has. */
  z.strictObject({ kind: z.literal("usb-serial-jtag") }),
]);

/** Cores of processors that boards may have. */
export const coreNames = [
  "cortex-m0plus",
  "cortex-m3",
  "cortex-m4",
  "cortex-m7",
  "cortex-m33",
  "cortex-m55",
  "rv32imc",
  "rv32imac",
] as const;

/** Drivers of sensors that families may have. */
export const sourceNames = ["adc", "imu", "pdm", "i2s", "uart", "spi"] as const;

const within = z.strictObject({ from: z.number().positive(), to: z.number().positive() });
const rates = z.union([within, z.array(z.number().positive()).min(1)]);
const pinNumber = z.int().min(0).max(mostPin);
const pinNumbers = z.array(pinNumber).min(1);

/** Of a driver whose ring is one transfer: the most values, and how many moments of it stay free besides a run. */
const ring = z.strictObject({ most: count, spare: count });

/** What drivers refuse when they start, so that `build --board` refuses it: anything else is taken. */
const limitsSchema = z.strictObject({
  adc: z
    .strictObject({
      /** In the order in which channels follow each other. */
      pins: pinNumbers,
      /** Values a second, of all channels together. */
      values: within,
      /** What a rate has to divide, in Hz. */
      dividedHz: count.optional(),
      ring: ring.optional(),
    })
    .optional(),
  pdm: z.strictObject({ rates, gain: count, ring: ring.optional() }).optional(),
  i2s: z.strictObject({ rates, gain: count }).optional(),
  /** Pins of data and clock on each bus, any where it is absent; and those that are taken where an application names none. */
  i2c: z
    .strictObject({
      buses: z.array(z.strictObject({ sda: pinNumbers, scl: pinNumbers })).optional(),
      usual: z.strictObject({ sda: pinNumber, scl: pinNumber }).optional(),
    })
    .optional(),
  uart: z.strictObject({ pins: pinNumbers }).optional(),
  /** Pins of each bus, and moments a second. */
  spi: z
    .strictObject({
      buses: z.array(z.strictObject({ miso: pinNumbers, sck: pinNumbers, mosi: pinNumbers })),
      rates: within,
    })
    .optional(),
  /** Pins 2k and 2k + 1 are at slice k, modulo `slices`, each of one frequency; `busy` ones are the firmware's. */
  pwm: z.strictObject({ slices: count, busy: z.array(z.int().min(0)).default([]), hertz: within }).optional(),
});

/** Fields that a family gives; a definition may replace each of them. */
const familyFields = {
  mcu: name,
  core: z.enum(coreNames),
  isa: z.strictObject({
    /** Prefix of the compiler's name. */
    toolchain: z.enum(["arm-none-eabi", "riscv64-unknown-elf"]),
    /** What chooses the instruction set, for compiler and linker. */
    flags: z.array(z.string().startsWith("-")).min(1),
  }),
  /** The floating-point unit that the core has, as GCC's -mfpu names it; null for none. */
  fpu: name.nullable(),
  /** Whether the firmware has WebAssembly's floating-point operations, done by `fpu` or, without one, by software. */
  floats: z.boolean(),
  clockHz: count,
  /** What is at the processor's crystal pins, for ports that make their clocks from it. */
  oscillator: z
    .strictObject({
      hz: count,
      /** A clock drives the pin; there is no crystal that has to swing first. */
      bypass: z.boolean().default(false),
      /** How many times longer than usual the crystal takes to swing. */
      startupMultiplier: z.int().min(1).max(64).default(1),
    })
    .optional(),
  ramOrigin: address,
  ramBytes: count,
  flashOrigin: address,
  flashBytes: count,
  /** Model slots, one after the other from `address`. The firmware has the flash before them. */
  slots: z.strictObject({ count: z.int().min(1).max(2), bytes: count, address }),
  /** How a flash chip beside the processor is read, where its port can do both: over one line, or over four. */
  flashReads: z.enum(["serial", "quad"]).optional(),
  flashMethods: z.array(flashMethodSchema),
  emulator: emulatorSchema.optional(),
  /** Pins that applications set: how they are named, and their numbers, first and last of each range. None where it is absent. */
  pins: z
    .strictObject({
      names: z.enum(pinStyles),
      ranges: z.array(z.tuple([z.int().min(0).max(mostPin), z.int().min(0).max(mostPin)])).min(1),
    })
    .optional(),
  /** Sensors that the family has drivers of, as applications name these, and what it does besides setting pins. */
  sources: z.array(z.enum(sourceNames)).default([]),
  actions: z.array(z.enum(["pwm"])).default([]),
  limits: limitsSchema.default({}),
  /** Folder in boards/ports. */
  port: name,
  wasm3: z.strictObject({
    stackBytes: count,
    codePageBytes: count,
    /** RAM besides linear memory up to which compiled functions are kept that the running kernel does not need. */
    engineBytes: count,
  }),
  link: linkSchema,
  /** The boot loader in flash that a reset can ask to stay for an update, where the processor's ROM has none. */
  bootLoader: z.enum(["arduino", "adafruit"]).optional(),
};

/** What a definition must say itself. */
const definitionFields = {
  name,
  vendor: name,
  url: z.url({ protocol: /^https$/ }),
  /** USB ids of the board, or of its debug probe or boot loader, as "vendor:product". */
  usb: z.array(usbId),
  /** How the link is wired, and how the boot loader is entered that takes firmware: for people. */
  wiring: name.optional(),
  enterBootLoader: name.optional(),
  /** How far the firmware is proven on this board. */
  proven: z.enum(["emulator", "hardware", "build-only"]),
};

/** Of those, the ones that a board needs only if there is one that people own: no emulator alone. */
export const flashedFieldNames = [
  "wiring",
  "enterBootLoader",
] as const satisfies (keyof typeof definitionFields)[];

/** Names of the fields that only definitions have, and of all. */
export const definitionFieldNames = Object.keys(definitionFields);
export const boardFieldNames = [...Object.keys(familyFields), ...definitionFieldNames];

/** A definition merged with all that it inherits. */
export const boardSchema = z.strictObject({ ...familyFields, ...definitionFields });
