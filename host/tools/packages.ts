/** Where a program comes from. */
export interface Package {
  /** Name of Debian's package. */
  debian: string;
  /** Name of Homebrew's formula, or cask where it says so. */
  homebrew: string;
}

/** Every program that wasmote starts, and what installs it. */
export const packages = {
  "qemu-system-arm": { debian: "qemu-system-arm", homebrew: "qemu" },
  "qemu-system-riscv32": { debian: "qemu-system-misc", homebrew: "qemu" },
  cmake: { debian: "cmake", homebrew: "cmake" },
  make: { debian: "make", homebrew: "make" },
  "arm-none-eabi-gcc": {
    debian: "gcc-arm-none-eabi picolibc-arm-none-eabi",
    homebrew: "--cask gcc-arm-embedded",
  },
  "riscv64-unknown-elf-gcc": {
    debian: "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf",
    homebrew: "riscv-software-src/riscv/riscv-tools",
  },
  openocd: { debian: "openocd", homebrew: "open-ocd" },
  "st-flash": { debian: "stlink-tools", homebrew: "stlink" },
  "dfu-util": { debian: "dfu-util", homebrew: "dfu-util" },
  esptool: { debian: "esptool", homebrew: "esptool" },
} as const satisfies Record<string, Package>;

/** A program that wasmote starts. */
export type Program = keyof typeof packages;
