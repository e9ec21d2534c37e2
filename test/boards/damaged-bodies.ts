import { WasmReader } from "../../host/wasm/reader.js";
import { listSections } from "../../host/wasm/sections.js";
import { concatenate, encodeLeb128, sized } from "../../host/wasm/writer.js";
import { type Choices, choices } from "../link/random-numbers.js";

/** A module's head and other sections, without those of names and the like, and the bodies of its functions. */
interface Parts {
  before: Uint8Array;
  bodies: Uint8Array[];
  after: Uint8Array;
}

const codeSection = 10;

function partsOf(module: Uint8Array): Parts {
  const sections = listSections(module).filter(({ custom }) => !custom);
  const code = sections.find(({ name }) => name === "code");
  if (code === undefined) throw new Error("a module without code");
  const reader = new WasmReader(code.bytes);
  const bodies = Array.from({ length: reader.u32() }, () => {
    const part = reader.part(reader.u32());
    return code.bytes.subarray(part.at, part.end);
  });
  const whole = ({ offset, bytes, sectionBytes }: (typeof sections)[number]): Uint8Array =>
    module.subarray(offset + bytes.length - sectionBytes, offset + bytes.length);
  return {
    before: concatenate([
      module.subarray(0, 8),
      ...sections.filter(({ offset }) => offset < code.offset).map(whole),
    ]),
    bodies,
    after: concatenate(sections.filter(({ offset }) => offset > code.offset).map(whole)),
  };
}

/** Opcodes that need others around them or none: WebAssembly core specification, 5.4. */
const telling = [
  ...[
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x1a, 0x1b, 0x20, 0x21,
    0x22,
  ],
  ...[0x23, 0x24, 0x28, 0x2a, 0x36, 0x38, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x44, 0x6a, 0x7c, 0x92, 0xa0, 0xfc],
];

/** A body with some bytes in the place of others. */
function damage(body: Uint8Array, { below, pick, chance }: Choices): Uint8Array {
  const at = below(body.length);
  const replaced = chance(0.7) ? 1 : below(4);
  const one = (): number => {
    if (chance(0.4)) return (body[at] as number) + below(5) - 2;
    return chance(0.6) ? pick(telling) : below(256);
  };
  const instead = Array.from({ length: chance(0.7) ? 1 : below(4) }, one);
  return concatenate([body.subarray(0, at), instead, body.subarray(Math.min(at + replaced, body.length))]);
}

/** Modules of which one body has one or two changes: `count` of them, chosen by the seed. */
export function* damagedBodies(
  models: readonly Uint8Array[],
  count: number,
  seed: number,
): Generator<Uint8Array> {
  const source = choices(seed);
  const all = models.map(partsOf);
  for (let i = 0; i < count; i++) {
    const { before, bodies, after } = source.pick(all);
    const damaged = source.below(bodies.length);
    const code = bodies.map((body, index) => {
      if (index !== damaged) return sized(body);
      const once = damage(body, source);
      return sized(source.chance(0.2) && once.length > 0 ? damage(once, source) : once);
    });
    const section = sized(concatenate([encodeLeb128(code.length), ...code]));
    yield concatenate([before, [codeSection], section, after]);
  }
}
