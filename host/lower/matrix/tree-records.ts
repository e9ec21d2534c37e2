import { perTensor } from "../../graph/tensor.js";
import { branchAt, type Forest } from "../../ops/matrix/tree-ensemble.js";

/** What a record of a tree says, or that a leaf is there. */
type TreeRecord = { leaf: number } | BranchRecord;

/**
 * A branch as it lies: where a value passes its test the walk goes on at the next record, else at record `next` of the tree.
 * Of float32 the test is value <= threshold, of int8 value < threshold.
 */
interface BranchRecord {
  feature: number;
  threshold: number;
  /** Whether NaN passes. */
  missing: boolean;
  next: number;
}

/** A test of branches: what it compares with, and the children that a branch has for it; one where all values go one way. */
interface Tests {
  threshold(branch: number): number;
  /** The child to which a branch sends every value; undefined where it depends. */
  decided(branch: number): number | undefined;
  /** A threshold that nothing passes. */
  readonly never: number;
}

const floatTests = ({ thresholds }: Forest): Tests => ({
  threshold: (branch) => thresholds[branch] as number,
  decided: () => undefined,
  never: Number.NaN,
});

/**
 * Tests of int8 that are those of the real values: the threshold is the number of the least int8 whose value, as
 * dequantization computes it, is above the real threshold.
 */
function int8Tests(forest: Forest): Tests {
  const { scale = 1, zeroPoint = 0 } = perTensor(forest.input) ?? {};
  const reals = Float32Array.from(
    { length: 256 },
    (_, i) => Math.fround(scale) * Math.fround(i - 128 - zeroPoint),
  );
  const limits = Int16Array.from(
    forest.thresholds,
    (threshold) => reals.filter((real) => real <= threshold).length - 128,
  );
  return {
    threshold: (branch) => limits[branch] as number,
    decided(branch) {
      const limit = limits[branch] as number;
      if (limit > -128 && limit < 128) return undefined;
      const { first, second } = branchAt(forest, branch);
      return limit === 128 ? first : second;
    },
    never: -128,
  };
}

/** The records of a tree, in the order of a walk that always passes: a record for each branch and leaf that can be reached. */
function treeRecords(forest: Forest, tests: Tests, root: number): TreeRecord[] {
  const settle = (child: number): number => {
    let settled = child;
    for (;;) {
      const next = settled < 0 ? undefined : tests.decided(settled);
      if (next === undefined) return settled;
      settled = next;
    }
  };
  const records: TreeRecord[] = [];
  const places = new Map<number, number>();
  const open: { child: number; from: BranchRecord | undefined }[] = [
    { child: settle(root), from: undefined },
  ];
  for (let { child, from } = open.pop() ?? {}; child !== undefined; { child, from } = open.pop() ?? {}) {
    if (from !== undefined) from.next = places.get(child) ?? records.length;
    for (let passes = false; passes || !places.has(child); passes = true) {
      const place = places.get(child);
      if (place !== undefined) {
        records.push({ feature: 0, threshold: tests.never, missing: false, next: place });
        break;
      }
      places.set(child, records.length);
      if (child < 0) {
        records.push({ leaf: -1 - child });
        break;
      }
      const { feature, first, second, missing } = branchAt(forest, child);
      const branch: BranchRecord = { feature, threshold: tests.threshold(child), missing, next: 0 };
      records.push(branch);
      open.push({ child: settle(second), from: branch });
      child = settle(first);
    }
  }
  return records;
}

/** Leaves as rows of float32 of which no two are alike, and the row of each leaf. */
function leafRows({ leaves, width }: Forest): { rows: Float32Array; rowOf: Uint32Array } {
  const known = new Map<string, number>();
  const bits = new Uint32Array(leaves.buffer, leaves.byteOffset, leaves.length);
  const rowOf = Uint32Array.from({ length: leaves.length / width }, (_, leaf) => {
    const key = bits.subarray(leaf * width, (leaf + 1) * width).join();
    const row = known.get(key) ?? known.size;
    known.set(key, row);
    return row;
  });
  const rows = new Float32Array(known.size * width);
  for (const [leaf, row] of rowOf.entries())
    rows.set(leaves.subarray(leaf * width, (leaf + 1) * width), row * width);
  return { rows, rowOf };
}

/** How a record lies in memory, little-endian. */
interface Layout {
  readonly bytes: number;
  /** Features, and records of a tree, that it has room for. */
  readonly features: number;
  readonly records: number;
  branch(view: DataView, at: number, branch: BranchRecord): void;
  /** @param weight what the leaf gives, where it gives to one target */
  leaf(view: DataView, at: number, row: number, weight: number | undefined): void;
}

const layouts: Readonly<Record<string, Layout>> = {
  /** float32 threshold; uint16 feature, with NaN in the highest bit; uint16 next. A leaf: its weight or row, 0xffff. */
  Float32: {
    bytes: 8,
    features: 2 ** 15 - 1,
    records: 2 ** 16,
    branch(view, at, { feature, threshold, missing, next }) {
      view.setFloat32(at, threshold, true);
      view.setUint16(at + 4, feature + (missing ? 2 ** 15 : 0), true);
      view.setUint16(at + 6, next, true);
    },
    leaf(view, at, row, weight) {
      if (weight === undefined) view.setUint32(at, row, true);
      else view.setFloat32(at, weight, true);
      view.setUint16(at + 4, 2 ** 16 - 1, true);
    },
  },
  /** The same with uint32 for uint16. */
  WideFloat32: {
    bytes: 12,
    features: 2 ** 31 - 1,
    records: 2 ** 32,
    branch(view, at, { feature, threshold, missing, next }) {
      view.setFloat32(at, threshold, true);
      view.setUint32(at + 4, feature + (missing ? 2 ** 31 : 0), true);
      view.setUint32(at + 8, next, true);
    },
    leaf(view, at, row, weight) {
      if (weight === undefined) view.setUint32(at, row, true);
      else view.setFloat32(at, weight, true);
      view.setUint32(at + 4, 2 ** 32 - 1, true);
    },
  },
  /** uint16 next, int8 threshold, uint8 feature. A leaf: 24 bits of its row, 0xff. */
  Int8: {
    bytes: 4,
    features: 2 ** 8 - 1,
    records: 2 ** 16,
    branch(view, at, { feature, threshold, next }) {
      view.setUint16(at, next, true);
      view.setInt8(at + 2, threshold);
      view.setUint8(at + 3, feature);
    },
    leaf: (view, at, row) => view.setUint32(at, row + 0xff * 2 ** 24, true),
  },
  /** uint32 next, int8 threshold, 24 bits of feature. A leaf: its row, then 0xffffff where the feature is. */
  WideInt8: {
    bytes: 8,
    features: 2 ** 24 - 1,
    records: 2 ** 32,
    branch(view, at, { feature, threshold, next }) {
      view.setUint32(at, next, true);
      view.setUint32(at + 4, feature * 256 + (threshold & 255), true);
    },
    leaf(view, at, row) {
      view.setUint32(at, row, true);
      view.setUint32(at + 4, 0xffffff * 256, true);
    },
  },
};

/** A forest as its kernel walks it. */
export interface PackedForest {
  /** What the kernel's name ends in. */
  kernel: string;
  records: Uint8Array;
  /** Of each tree the offset of its root in `records`. */
  roots: number[];
  /** Rows that leaves name; those of float32 that give to one target hold their weight themselves. */
  leaves: Float32Array;
}

/** A forest in records: in the smallest that have room for its features and trees. */
export function packForest(forest: Forest): PackedForest {
  const { input, features, trees, treeCount, width } = forest;
  const isFloat = input.dtype === "float32";
  const tests = isFloat ? floatTests(forest) : int8Tests(forest);
  const inTrees = Array.from({ length: treeCount }, (_, i) =>
    treeRecords(forest, tests, trees[2 * i] as number),
  );
  const longest = inTrees.reduce((most, { length }) => Math.max(most, length), 0);
  const name = isFloat ? "Float32" : "Int8";
  const hasRoom = ({ features: most, records }: Layout): boolean => features <= most && longest <= records;
  const kernel = hasRoom(layouts[name] as Layout) ? name : `Wide${name}`;
  const layout = layouts[kernel] as Layout;
  const { rows, rowOf } = leafRows(forest);
  const isInline = isFloat && width === 1;
  const count = inTrees.reduce((sum, { length }) => sum + length, 0);
  const view = new DataView(new ArrayBuffer(count * layout.bytes));
  let at = 0;
  const roots = inTrees.map((records) => {
    const root = at;
    for (const record of records) {
      if ("leaf" in record) {
        const row = rowOf[record.leaf] as number;
        layout.leaf(view, at, row, isInline ? rows[row] : undefined);
      } else layout.branch(view, at, record);
      at += layout.bytes;
    }
    return root;
  });
  const leaves = isInline ? new Float32Array(0) : rows;
  return { kernel, records: new Uint8Array(view.buffer), roots, leaves };
}
