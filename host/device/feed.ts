import { answers, readAnswer, refuseAnswer } from "./answers.js";
import { roomForData } from "./parts.js";
import type { Payload } from "./smp.js";

/** An event that began while an application ran: in which run, from 0 on, which one, and how high it stood. */
export interface BegunEvent {
  run: number;
  event: number;
  level: number;
}

/** What an application made of samples. */
export interface FedSamples {
  /** Whole hops since it began, each of which was a run. */
  runs: number;
  /** Bytes since it began: where what follows goes on. */
  bytes: number;
  events: BegunEvent[];
}

/**
 * Sends samples to an application in parts that each fill one packet, always from where the board wants them: it stops where an event
 * begins, and what follows is sent again.
 *
 * @param send sends a part and gives the board's answer
 * @param mtu largest packet that the board takes, in bytes
 * @param inTime throws when it has taken too long
 * @param from bytes that were sent before; with 0 the application begins anew
 * @throws `board-protocol` where the board's offsets make no sense; what `send` throws
 */
export async function feedSamples(
  send: (payload: Payload) => Promise<Payload>,
  mtu: number,
  bytes: Uint8Array,
  inTime: () => void,
  from = 0,
): Promise<FedSamples> {
  const room = roomForData(mtu, { off: 0xffffffff, data: new Uint8Array(0) });
  const fed: FedSamples = { runs: 0, bytes: from, events: [] };
  let off = from;
  do {
    inTime();
    const data = bytes.subarray(off - from, off - from + room);
    const answer = readAnswer(answers.samples, await send({ off, data }), "samples");
    if (answer.off > off + data.length || (answer.off <= off && data.length > 0)) {
      refuseAnswer("samples", `it wants offset ${answer.off} after ${off} and ${data.length} bytes`);
    }
    off = answer.off;
    fed.runs = answer.runs;
    fed.bytes = off;
    fed.events.push(...answer.events.map(([run, event, level]) => ({ run, event, level })));
  } while (off < from + bytes.length);
  return fed;
}
