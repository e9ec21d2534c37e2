import type { z } from "zod";
import type { boardSchema, flashMethodSchema } from "./schema.js";

/** A board: a definition together with what it inherits. Sizes in bytes, addresses and clocks as numbers. */
export type Board = z.infer<typeof boardSchema> & {
  /** Name on the command line: the definition's file name without `.json`. */
  id: string;
  /** Name of the family, likewise. */
  family: string;
};

/** One way to write firmware to a board, with what its tool has to be told. */
export type FlashMethod = z.infer<typeof flashMethodSchema>;

/** How the board's emulator is started. */
export type Emulator = NonNullable<Board["emulator"]>;

/** How a board's firmware is talked to. */
export type Link = Board["link"];
