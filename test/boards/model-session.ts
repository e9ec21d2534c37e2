import { createHash } from "node:crypto";
import type { EmulatedBoard } from "./emulated-board.js";

const read = 0;
const write = 2;
const images = 1;
const inference = 64;
const pieceBytes = 512;

/** What a board answers to `status`. */
export interface BoardStatus {
  abi: number;
  board: string;
  model: string | null;
  ram: number;
  used: number;
  memory: number;
  steps: number;
  unit: string;
  hz: number;
  mtu: number;
  flash: number;
  floats: boolean;
  imports: string[];
}

/** The error of group 64 in an answer; 0 if it has none. */
export function errorOf(answer: Record<string, unknown>): number {
  const error = answer.err as { group: number; rc: number } | undefined;
  return error?.rc ?? 0;
}

export const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/** Inference on an emulated board, by the commands of docs/link.md. */
export class ModelSession {
  constructor(readonly board: EmulatedBoard) {}

  async status(): Promise<BoardStatus> {
    return (await this.board.ask(read, inference, 0)) as unknown as BoardStatus;
  }

  /** Sends a file from where the board wants it, until it is complete or `stopAt` bytes are sent. */
  async upload(
    file: Uint8Array,
    stopAt = Number.POSITIVE_INFINITY,
    hash = sha256(file),
  ): Promise<Record<string, unknown>> {
    let answer: Record<string, unknown> = {};
    for (let offset = 0, first = true; first || (offset < file.length && offset < stopAt); first = false) {
      const data = Buffer.from(file.subarray(offset, offset + pieceBytes));
      const head = first ? { len: file.length, sha: hash } : {};
      answer = await this.board.ask(write, images, 1, { off: offset, ...head, data });
      if (typeof answer.off !== "number") return answer;
      offset = answer.off;
    }
    return answer;
  }

  async activate(hash: Uint8Array): Promise<Record<string, unknown>> {
    return this.board.ask(write, images, 0, { hash: Buffer.from(hash), confirm: true });
  }

  async writeInput(index: number, bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
      const data = Buffer.from(bytes.subarray(offset, offset + pieceBytes));
      const answer = await this.board.ask(write, inference, 2, { i: index, off: offset, data });
      if (errorOf(answer) !== 0) throw new Error(`input: ${JSON.stringify(answer)}`);
    }
  }

  async run(first: number, last: number, limit = 0): Promise<Record<string, unknown>> {
    return this.board.ask(write, inference, 3, { first, last, limit }, 300_000);
  }

  async readOutput(index: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for (let offset = 0, length = 1; offset < length; ) {
      const answer = await this.board.ask(read, inference, 4, { i: index, off: offset });
      if (errorOf(answer) !== 0) throw new Error(`output: ${JSON.stringify(answer)}`);
      length = answer.len as number;
      const data = answer.data as Uint8Array;
      pieces.push(data);
      offset += data.length;
    }
    return Buffer.concat(pieces);
  }
}
