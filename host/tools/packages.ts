/** Where a program comes from, and what for. */
export interface Package {
  /** Name of Debian's package. */
  debian: string;
  /** Name of Homebrew's formula, or cask where it says so. */
  homebrew: string;
  /** What it does. Each board is flashed by a program of its own, and many by none. */
  use: "firmware" | "emulator" | "flashing";
}

/** Every program that wasmote starts, what installs it, and what for. */
export const packages = {
  cmake: { debian: "cmake", homebrew: "cmake", use: "firmware" },
  make: { debian: "make", homebrew: "make", use: "firmware" },
  "arm-none-eabi-gcc": {
    debian: "gcc-arm-none-eabi picolibc-arm-none-eabi",
    homebrew: "--cask gcc-arm-embedded",
    use: "firmware",
  },
  "riscv64-unknown-elf-gcc": {
    debian: "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf",
    homebrew: "riscv-software-src/riscv/riscv-tools",
    use: "firmware",
  },
  "qemu-system-arm": { debian: "qemu-system-arm", homebrew: "qemu", use: "emulator" },
  "qemu-system-riscv32": { debian: "qemu-system-misc", homebrew: "qemu", use: "emulator" },
  openocd: { debian: "openocd", homebrew: "open-ocd", use: "flashing" },
  "st-flash": { debian: "stlink-tools", homebrew: "stlink", use: "flashing" },
  "dfu-util": { debian: "dfu-util", homebrew: "dfu-util", use: "flashing" },
  esptool: { debian: "esptool", homebrew: "esptool", use: "flashing" },
} as const satisfies Record<string, Package>;

/** A program that wasmote starts. */
export type Program = keyof typeof packages;

/** Names of Debian's packages of these programs, each once. */
export function debianPackages(programs: readonly Program[]): string[] {
  return [...new Set(programs.flatMap((program) => packages[program].debian.split(" ")))];
}

/** What runs Homebrew's installation of these programs. */
export function homebrewCommand(programs: readonly Program[]): string {
  const formulas = [...new Set(programs.map((program) => packages[program].homebrew))];
  return formulas.map((formula) => `brew install ${formula}`).join(" && ");
}
