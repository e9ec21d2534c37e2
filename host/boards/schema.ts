import { z } from "zod";

/** A 32-bit address, written as "0x20000000" since JSON has no hexadecimal numbers. */
const address = z
  .string()
  .regex(/^0x[0-9a-f]{1,8}$/, 'an address as "0x20000000"')
  .transform((text) => Number.parseInt(text, 16));
const count = z.int().positive();
const name = z.string().min(1);

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
  z.strictObject({ method: z.literal("dfu-util") }),
  z.strictObject({ method: z.literal("esptool"), chip: name, offset: address }),
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

/** Cores of processors that boards may have. */
export const coreNames = [
  "cortex-m0plus",
  "cortex-m3",
  "cortex-m4",
  "cortex-m7",
  "cortex-m33",
  "rv32imc",
  "rv32imac",
] as const;

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
  ramOrigin: address,
  ramBytes: count,
  flashOrigin: address,
  flashBytes: count,
  /** Model slots, one after the other from `address`. The firmware has the flash before them. */
  slots: z.strictObject({ count: z.int().min(1).max(2), bytes: count, address }),
  flashMethods: z.array(flashMethodSchema),
  emulator: emulatorSchema.optional(),
  /** Folder in boards/ports. */
  port: name,
  /** Names of the native micro-kernels that the firmware offers. */
  accelerators: z.array(name),
  wasm3: z.strictObject({
    stackBytes: count,
    codePageBytes: count,
    /** RAM besides linear memory up to which compiled functions are kept that the running kernel does not need. */
    engineBytes: count,
    /** How an operation goes on to the next: `trampoline` where the compiler makes no tail calls (Armv6-M). */
    dispatch: z.enum(["tail-call", "trampoline"]),
  }),
  /** Unit of the firmware's counter. */
  counter: z.enum(["instructions", "cycles"]),
  link: z.strictObject({
    kind: z.literal("uart"),
    baud: count,
    /** The processor's pins, numbered as its port does, where the UART can be on any. */
    transmitPin: z.int().min(0).optional(),
    receivePin: z.int().min(0).optional(),
  }),
};

/** What a definition must say itself. */
const definitionFields = {
  name,
  vendor: name,
  url: z.url({ protocol: /^https$/ }),
  /** USB ids of the board, or of its debug probe or boot loader, as "vendor:product". */
  usb: z.array(z.string().regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/, 'a USB id as "2e8a:0003"')),
  /** How far the firmware is proven on this board. */
  proven: z.enum(["emulator", "hardware", "build-only"]),
};

/** Names of the fields that only definitions have, and of all. */
export const definitionFieldNames = Object.keys(definitionFields);
export const boardFieldNames = [...Object.keys(familyFields), ...definitionFieldNames];

/** A definition merged with all that it inherits. */
export const boardSchema = z.strictObject({ ...familyFields, ...definitionFields });
