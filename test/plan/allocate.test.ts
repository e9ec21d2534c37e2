import { suite } from "uvu";
import * as assert from "uvu/assert";
import { allocate } from "../../host/plan/allocate.js";
import { firstFit, neighboursOf, sequences } from "../../host/plan/first-fit.js";
import { climb } from "../../host/plan/hill-climbing.js";
import { type Block, extentAt, type Schedule } from "../../host/plan/lifetimes.js";
import { searchLayout } from "../../host/plan/search.js";
import { randomSchedule } from "./random-schedule.js";

const test = suite("allocation of blocks");

const boundOf = ({ aliveBytes }: Schedule) => Math.max(...aliveBytes);

/** Asserts that the addresses are aligned, within `arenaBytes`, and that no two blocks share a byte at any step. */
function checkLayout({ blocks, steps }: Schedule, addresses: readonly number[], arenaBytes: number): void {
  for (let step = 0; step < steps; step++) {
    const owners = new Int16Array(arenaBytes).fill(-1);
    blocks.forEach((block, at) => {
      const address = addresses[at] as number;
      assert.is(address % block.alignment, 0);
      const end = address + extentAt(block, step).high;
      assert.ok(address >= 0 && end <= arenaBytes, "within the arena");
      assert.ok(
        owners.subarray(address, end).every((owner) => owner === -1),
        `block ${at} is alone at step ${step}`,
      );
      owners.fill(at, address, end);
    });
  }
}

function* permutations(items: readonly number[]): Generator<number[]> {
  if (items.length === 0) yield [];
  for (const item of items) {
    for (const rest of permutations(items.filter((other) => other !== item))) yield [item, ...rest];
  }
}

/** Smallest first-fit arena over `candidates`. Over all sequences, it is the smallest arena that there is. */
function smallest({ blocks }: Schedule, candidates: Iterable<number[]>): number {
  const neighbours = neighboursOf(blocks);
  let best = Number.POSITIVE_INFINITY;
  for (const sequence of candidates)
    best = Math.min(best, firstFit(blocks, neighbours, sequence, 1).arenaBytes);
  return best;
}

test("the search finds the smallest arena there is, and proves that none is smaller", () => {
  let overBound = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const schedule = randomSchedule(seed, 6, 4, [1, 32]);
    const { blocks, steps } = schedule;
    const least = smallest(schedule, permutations([...blocks.keys()]));
    const addresses = searchLayout(blocks, steps, least, 100_000);
    assert.ok(addresses, `found, seed ${seed}`);
    checkLayout(schedule, addresses as number[], least);
    assert.is(searchLayout(blocks, steps, least - 1, 100_000), undefined, `proven, seed ${seed}`);
    if (least > boundOf(schedule)) overBound++;
  }
  assert.ok(overBound > 0, "in some of them the bound cannot be met");
});

test("layouts are right, and meet the bound far more often than first fit by itself", () => {
  let byFirstFit = 0;
  let met = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const schedule = randomSchedule(seed, 30, 14, [1, 4, 8]);
    const bound = boundOf(schedule);
    const { addresses, arenaBytes } = allocate(schedule, bound);
    checkLayout(schedule, addresses, arenaBytes);
    const fitted = smallest(schedule, sequences(schedule));
    assert.ok(bound <= arenaBytes && arenaBytes <= fitted, `seed ${seed}`);
    if (fitted === bound) byFirstFit++;
    if (arenaBytes === bound) met++;
  }
  assert.ok(byFirstFit < 45 && met >= 58, `first fit ${byFirstFit}, all ${met} of 60`);
});

test("hill climbing makes a bad layout smaller, never larger", () => {
  let better = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const schedule = randomSchedule(seed, 40, 12, [1]);
    const { blocks } = schedule;
    const neighbours = neighboursOf(blocks);
    const sequence = [...blocks.keys()];
    const start = firstFit(blocks, neighbours, sequence, 1);
    const end = climb(blocks, neighbours, sequence, start, boundOf(schedule), 300);
    checkLayout(schedule, end.addresses, end.arenaBytes);
    assert.ok(end.arenaBytes <= start.arenaBytes);
    if (end.arenaBytes < start.arenaBytes) better++;
  }
  assert.ok(better > 20, `${better} of 30`);
});

test("tensors lie at multiples of 4 bytes where that costs nothing", () => {
  const blocks = [5, 6, 3].map((bytes, at): Block => {
    const segments = [{ offset: 0, bytes, first: at, last: at + 1 }];
    return { segments, tensors: [{ index: at, offset: 0 }], first: at, last: at + 1, bytes, alignment: 1 };
  });
  const schedule: Schedule = { steps: 4, lifetimes: new Map(), blocks, aliveBytes: [5, 11, 9, 3] };
  assert.equal(
    allocate(schedule, 11),
    { addresses: [6, 0, 6], arenaBytes: 11 },
    "where the bound asks for it",
  );
  const roomy = blocks.map((block, at) =>
    at === 0
      ? { ...block, segments: [{ offset: 0, bytes: 40, first: 0, last: 0 }], last: 0, bytes: 40 }
      : block,
  );
  const { addresses, arenaBytes } = allocate({ ...schedule, blocks: roomy, aliveBytes: [40, 6, 9, 3] }, 40);
  assert.is(arenaBytes, 40);
  assert.ok(
    addresses.every((address) => address % 4 === 0),
    "where there is room",
  );
});

test.run();
