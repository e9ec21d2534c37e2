/** Where a program comes from, and what for. */
export interface Package {
  /** Names under which it is installed, the first that is found is taken; its own by default. */
  names?: readonly string[];
  /** Name of Debian's package. */
  debian?: string;
  /** Name of Homebrew's formula, or cask where it says so. */
  homebrew?: string;
  /** What else installs it, on any system: a command, or where to get it. */
  anywhere?: string;
  /** What it does. Each board is flashed by a program of its own, and many by none. */
  use: "firmware" | "signing" | "emulator" | "flashing";
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
  // Fetches the cryptography's sources, of a checkout alone; nothing is installed by it.
  pip: { names: ["pip3", "pip"], debian: "python3-pip", homebrew: "python", use: "signing" },
  "qemu-system-arm": { debian: "qemu-system-arm", homebrew: "qemu", use: "emulator" },
  "qemu-system-riscv32": { debian: "qemu-system-misc", homebrew: "qemu", use: "emulator" },
  openocd: { debian: "openocd", homebrew: "open-ocd", use: "flashing" },
  "st-flash": { debian: "stlink-tools", homebrew: "stlink", use: "flashing" },
  "dfu-util": { debian: "dfu-util", homebrew: "dfu-util", use: "flashing" },
  esptool: {
    names: ["esptool", "esptool.py"],
    debian: "esptool",
    homebrew: "esptool",
    anywhere: "pipx install esptool, or without Python: npm install esptool-js serialport",
    use: "flashing",
  },
  picotool: {
    homebrew: "picotool",
    anywhere: "https://github.com/raspberrypi/pico-sdk-tools/releases",
    use: "flashing",
  },
  // Debian's python3-pyocd is a module without the program.
  pyocd: { anywhere: "pipx install pyocd", use: "flashing" },
  JLinkExe: {
    names: ["JLinkExe", "JLink"],
    homebrew: "--cask segger-jlink",
    anywhere: "https://www.segger.com/downloads/jlink/",
    use: "flashing",
  },
  bossac: { anywhere: "arduino-cli core install arduino:mbed_nano", use: "flashing" },
} as const satisfies Record<string, Package>;

/** A program that wasmote starts. */
export type Program = keyof typeof packages;

/** Whether that is the name of a program that wasmote starts. */
export function isProgram(name: string): name is Program {
  return Object.hasOwn(packages, name);
}

/** Where a program comes from. */
export function packageOf(program: Program): Package {
  return packages[program];
}

/** Names of Debian's packages of these programs, each once. */
export function debianPackages(programs: readonly Program[]): string[] {
  return [...new Set(programs.flatMap((program) => packageOf(program).debian?.split(" ") ?? []))];
}

/** What has Homebrew install these programs; empty where it has none of them. */
export function homebrewCommand(programs: readonly Program[]): string {
  const formulas = [...new Set(programs.flatMap((program) => packageOf(program).homebrew ?? []))];
  return formulas.map((formula) => `brew install ${formula}`).join(" && ");
}
