import type { Board } from "./types.js";

/** How families write their pins, and what number that is on the board. */
const styles = {
  /** RP2040, RP2350, ESP32-C3. */
  gpio: {
    pattern: /^GP(?:IO)?(\d{1,3})$/,
    number: (pin: string) => Number(pin),
    name: (pin: number) => `GPIO${pin}`,
  },
  /** nRF52: port and number. */
  nrf52: {
    pattern: /^P([01])\.(\d{1,2})$/,
    number: (port: string, pin: string) => below(32, pin, 32 * Number(port)),
    name: (pin: number) => `P${Math.floor(pin / 32)}.${String(pin % 32).padStart(2, "0")}`,
  },
  /** STM32: the port's letter and number. */
  stm32: {
    pattern: /^P([A-K])(\d{1,2})$/,
    number: (port: string, pin: string) => below(16, pin, 16 * (port.charCodeAt(0) - 65)),
    name: (pin: number) => `P${String.fromCharCode(65 + Math.floor(pin / 16))}${pin % 16}`,
  },
  /** Boards of which an application reaches its LEDs alone. */
  led: {
    pattern: /^LED(\d{1,2})$/,
    number: (pin: string) => Number(pin),
    name: (pin: number) => `LED${pin}`,
  },
} as const;

const below = (most: number, pin: string, base: number): number =>
  Number(pin) < most ? base + Number(pin) : Number.NaN;

/** How a family writes its pins. */
export type PinStyle = keyof typeof styles;
export const pinStyles = Object.keys(styles) as [PinStyle, ...PinStyle[]];

/** The highest number that a pin may have. */
export const mostPin = 255;

/** A pin by its name: its number on boards of families that write it so. Undefined where no family does. */
export function pinOf(name: string): { number: number; style: PinStyle } | undefined {
  for (const style of pinStyles) {
    const { pattern, number } = styles[style];
    const match = pattern.exec(name);
    if (match === null) continue;
    const found = (number as (...parts: string[]) => number)(...match.slice(1));
    return found <= mostPin ? { number: found, style } : undefined;
  }
  return undefined;
}

/** What a board calls a pin. */
export function pinName({ pins }: Board, pin: number): string {
  return pins === undefined ? String(pin) : styles[pins.names].name(pin);
}

/** Why an application cannot set a pin on a board; undefined where it can. */
export function whyNoPin(board: Board, pin: number, name?: string): string | undefined {
  const { pins, link, id } = board;
  if (pins === undefined) return `applications set no pins on ${id}`;
  const named = name === undefined ? undefined : pinOf(name);
  const said = name ?? pinName(board, pin);
  if (named !== undefined && named.style !== pins.names)
    return `${id} has no pin ${said}: its pins are named as ${pinName(board, pins.ranges[0]?.[0] ?? 0)}`;
  const number = named?.number ?? pin;
  if (!pins.ranges.some(([first, last]) => number >= first && number <= last)) {
    const told = pins.ranges.map(([first, last]) => `${pinName(board, first)} to ${pinName(board, last)}`);
    return `${id} has no pin ${said} for applications: there are ${told.join(", ")}`;
  }
  const isOfLine = link.kind === "uart" && [link.transmitPin, link.receivePin].includes(number);
  return isOfLine ? `pin ${said} of ${id} is its line's` : undefined;
}
