import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { zipSync } from "fflate";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { maxFileBytes } from "../../../host/files/limits.js";
import { collect, loadCalibration, openSamples, type SampleSource } from "../../../host/run/samples/index.js";
import { compareNames } from "../../../host/run/samples/natural-order.js";
import { refused } from "../tensor-files/refused.js";
import { writeWave } from "../tensor-files/wav-writer.js";
import { floats, npy, plain, png, sampleFolder } from "./files.js";

const { at, file, remove } = sampleFolder();
const one = [{ shape: [1, 2] }];
const two = [
  { name: "image:0", shape: [1, 2] },
  { name: "state", shape: [1] },
];
const read = async (path: string, inputs: Parameters<typeof openSamples>[1] = one) =>
  plain((await loadCalibration([path], inputs)).samples);

test.after(remove);

test("runs of digits in names are compared as numbers", () => {
  const sorted = ["img10", "img2", "Img1", "img2b", "img02", "b", "a/9", "1", "10", "9", ""].sort(
    compareNames,
  );
  assert.equal(sorted, ["", "1", "9", "10", "Img1", "a/9", "b", "img02", "img2", "img2b", "img10"]);
  assert.equal(
    ["a007b", "a10", "a8", "a", "a7c", "a100"].sort(compareNames).join(" "),
    "a a007b a7c a8 a10 a100",
  );
  assert.ok(compareNames("x1y2", "x1y10") < 0 && compareNames("1", "a") < 0 && compareNames("a", "a") === 0);
});

test("a folder's files of every kind are found at any depth, in natural order; hidden ones are not", async () => {
  file("deep/10.bin", floats(10, 0));
  file("deep/2/b/c/d.npy", npy([2, 1, 2], floats(2, 0, 2, 1)));
  file("deep/2/b/a.json", "[[1, 5], [1, 6]]");
  file("deep/3.WAV", writeWave([16384, -32768], {}));
  file("deep/4.png", png(2, 1, 0, 255));
  file("deep/.hidden/x.bin", floats(9, 9));
  file("deep/.x.bin", floats(9, 9));
  file("deep/2/readme.txt", "words");
  const source = await openSamples([at("deep")], one);
  assert.is(source.count, 7);
  const { samples } = await collect(source);
  assert.equal(plain(samples.map(([sample]) => [sample!])).flat(), [
    [1, 5],
    [1, 6],
    [2, 0],
    [2, 1],
    [0.5, -1],
    [0, 1],
    [10, 0],
  ]);
  assert.equal(source.origin(3).folders, ["2", "b", "c"]);
  assert.equal([source.origin(3).index, source.origin(3).count], [1, 2]);
  assert.equal(source.files.length, 5);
});

test("links are followed, but not into a folder around them", async () => {
  file("links/real/a.bin", floats(1, 2));
  file("elsewhere/b.bin", floats(3, 4));
  symlinkSync(at("elsewhere"), at("links/there"));
  symlinkSync(at("links"), at("links/real/loop"));
  symlinkSync(".", at("links/self"));
  symlinkSync("nothing", at("links/broken"));
  assert.equal(await read(at("links")), [[[1, 2]], [[3, 4]]]);
  symlinkSync("nothing", at("links/z.bin"));
  await refused(() => read(at("links")), "file-unreadable", /does not exist .*z\.bin/);
});

test("a folder with a file for each input is one sample; others in it are left alone", async () => {
  file("sets/b/input_0.bin", floats(1, 2));
  file("sets/b/input_1.json", "[3]");
  file("sets/b/output_0.bin", floats(9));
  file("sets/a/10/input_0.npy", npy([2, 2], floats(5, 6, 7, 8)));
  file("sets/a/10/INPUT_1.npy", npy([2, 1], floats(9, 10)));
  file("sets/a/9/input_1.bin", floats(12));
  file("sets/a/9/input_0.bin", floats(11, 0));
  file("sets/notes.json", "{}");
  const { samples, notes, files } = await loadCalibration([at("sets")], two);
  assert.equal(plain(samples), [
    [[11, 0], [12]],
    [[5, 6], [9]],
    [[7, 8], [10]],
    [[1, 2], [3]],
  ]);
  assert.match(notes.join(), /1 file beside folders of samples left alone/);
  assert.is(files.length, 6);
  assert.equal(await read(at("sets/b"), two), [[[1, 2], [3]]]);
  const source = await openSamples([at("sets")], two);
  assert.equal([source.origin(0).path, source.origin(0).folders], [at("sets/a/9"), ["a"]]);
});

test("with one input, input_0 alone is its sample, and more of that name are samples", async () => {
  file("single/x/input_0.bin", floats(1, 2));
  file("single/x/label.json", "[0, 1]");
  file("single/y/input_0.bin", floats(3, 4));
  file("single/meta.json", "{}");
  const single = await loadCalibration([at("single")], one);
  assert.equal(plain(single.samples), [[[1, 2]], [[3, 4]]]);
  assert.match(single.notes.join(), /1 file beside folders of samples left alone/);
  for (const i of [0, 1, 2, 10]) file(`numbered/input_${i}.bin`, floats(i, i));
  assert.equal((await read(at("numbered"))).flat(2), [0, 0, 1, 1, 2, 2, 10, 10]);
});

test("a folder that lacks an input, has one twice or too many is refused", async () => {
  file("lacks/s/input_0.bin", floats(1, 2));
  await refused(
    () => read(at("lacks"), two),
    "calibration-invalid",
    /no input_1 beside input_0\.bin .*lacks\/s/,
  );
  file("twice/s/input_0.bin", floats(1, 2));
  file("twice/s/input_0.npy", floats(1, 2));
  file("twice/s/input_1.bin", floats(1));
  await refused(
    () => read(at("twice"), two),
    "calibration-invalid",
    /input_0\.bin and input_0\.npy, for one/,
  );
  file("many/s/input_2.bin", floats(1, 2));
  await refused(() => read(at("many"), two), "calibration-invalid", /input_2\.bin, for a model of 2 inputs/);
  file("uneven/s/input_0.bin", floats(1, 2, 3, 4));
  file("uneven/s/input_1.bin", floats(1, 2, 3));
  await refused(() => read(at("uneven"), two), "calibration-invalid", /2, 3 samples .*uneven\/s/);
  const mixed = () => openSamples([at("sets"), at("deep/10.bin")], two);
  await refused(mixed, "calibration-invalid", /a file of one input, among samples of all .*10\.bin/);
  await refused(
    () => openSamples([at("deep")], two),
    "calibration-invalid",
    /1 path of samples for a model of 2/,
  );
});

test("an .npz has an array for each input: by its name, by input_0 or as NumPy numbers them", async () => {
  const arrays = { image: npy([2, 2], floats(1, 2, 3, 4)), state: npy([2, 1], floats(5, 6)) };
  const archive = (names: string[], level: 0 | 6): Uint8Array =>
    zipSync(Object.fromEntries(Object.values(arrays).map((array, i) => [`${names[i]}.npy`, array])), {
      level,
    });
  const expected = [
    [[1, 2], [5]],
    [[3, 4], [6]],
  ];
  for (const [i, names] of [
    ["image", "state"],
    ["input_0", "input_1"],
    ["arr_0", "arr_1"],
  ].entries()) {
    file(`a${i}.npz`, archive(names, i === 0 ? 0 : 6));
    assert.equal(await read(at(`a${i}.npz`), two), expected);
  }
  file("one.npz", zipSync({ "any.npy": arrays.image }));
  assert.equal(await read(at("one.npz")), [[[1, 2]], [[3, 4]]]);
  file("other.npz", archive(["image", "other"], 6));
  await refused(
    () => read(at("other.npz"), two),
    "calibration-invalid",
    /it holds image, other; for input 1 state or input_1 or arr_1 is expected .*other\.npz/,
  );
  file("broken.npz", archive(["image", "state"], 6).subarray(0, 60));
  await refused(() => read(at("broken.npz"), two), "calibration-invalid", /cannot be unpacked.*broken\.npz/);
});

test("Fortran order is read whole and transposed; a file of a size that changes meanwhile is refused", async () => {
  const bytes = npy([3, 1, 2], floats(0, 2, 4, 1, 3, 5));
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 128));
  bytes.set(new TextEncoder().encode(text.slice(10).replace("False", "True ")), 10);
  file("fortran.npy", bytes);
  assert.equal(await read(at("fortran.npy")), [[[0, 1]], [[2, 3]], [[4, 5]]]);
  file("shrinks.json", "[[1, 2], [3, 4]]");
  const source = await openSamples([at("shrinks.json")], one);
  writeFileSync(at("shrinks.json"), "[[1, 2]]        ");
  await refused(() => source.read(1), "calibration-invalid", /changed while it was read .*shrinks\.json/);
});

test("what is read as a whole is bounded, and what belongs together must be as many", async () => {
  file("wide.json", "");
  truncateSync(at("wide.json"), maxFileBytes + 1);
  await refused(() => read(at("wide.json")), "file-too-large", /268435457 bytes/);
  await refused(() => openSamples([], one), "calibration-invalid", /no sample was given/);
});

test("how far it is is told for each file", async () => {
  for (const name of ["a", "b", "c"]) file(`told/${name}.bin`, floats(1, 2));
  const told: string[] = [];
  await openSamples([at("told")], one, { onOpened: (done, of) => told.push(`${done}/${of}`) });
  assert.equal(told, ["1/3", "2/3", "3/3"]);
});

/** A source over files of which every read is counted. */
async function counted(path: string, cacheBytes?: number) {
  const { readPart } = await import("../../../host/files/read.js");
  const reads: number[] = [];
  const counting: typeof readPart = (name, from, length) => {
    const part = readPart(name, from, length);
    reads.push(part.bytes.length);
    return part;
  };
  return { reads, source: await openSamples([path], one, { readPart: counting, cacheBytes }) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

async function walk(source: SampleSource): Promise<number[]> {
  const first: number[] = [];
  for await (const [sample] of source) first.push(sample![0]!);
  return first;
}

test("a large .npy or .bin is read sample by sample, and no more of it than is asked for", async () => {
  const count = 100_000;
  const numbers = new Uint8Array(Float32Array.from({ length: 2 * count }, (_, i) => i).buffer);
  file("large.npy", npy([count, 1, 2], numbers));
  file("large.bin", numbers);
  for (const name of ["large.npy", "large.bin"]) {
    const { reads, source } = await counted(at(name));
    assert.is(source.count, count);
    const opening = sum(reads);
    assert.ok(opening <= 4096, `${opening} bytes to open`);
    const { samples, indices } = await collect(source, { limit: 4 });
    assert.equal(indices, [12_500, 37_500, 62_500, 87_500]);
    assert.equal(
      plain(samples).flat(2),
      indices.flatMap((i) => [2 * i, 2 * i + 1]),
    );
    assert.is(sum(reads) - opening, 4 * 8);
  }
});

test("samples are read once while there is room to keep them, and again where there is none", async () => {
  file("walk/a.bin", floats(0, 0, 1, 1, 2, 2));
  file("walk/b.json", "[[3, 0], [4, 0]]");
  const all = [0, 1, 2, 3, 4];
  const roomy = await counted(at("walk"));
  assert.equal(await walk(roomy.source), all);
  const { length } = roomy.reads;
  assert.equal(await walk(roomy.source), all);
  assert.is(roomy.reads.length, length);
  const narrow = await counted(at("walk"), 8);
  assert.equal(await walk(narrow.source), all);
  const once = narrow.reads.length;
  assert.equal(await walk(narrow.source), all);
  assert.is(narrow.reads.length - once, 2, "two of three in a.bin; b.json is held since it was read last");
});

test("of more samples than are wanted, some from everywhere are read, or the first ones", async () => {
  file("ten.bin", floats(...Array.from({ length: 20 }, (_, i) => i >> 1)));
  const source = await openSamples([at("ten.bin")], one);
  const first = async (options: Parameters<typeof collect>[1]) =>
    (await collect(source, options)).samples.map(([sample]) => sample![0]);
  assert.equal(await first({ limit: 3 }), [1, 5, 8]);
  assert.equal(await first({ limit: 3, consecutive: true }), [0, 1, 2]);
  assert.equal(await first({ limit: 10 }), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const told: string[] = [];
  await collect(source, { limit: 2, onRead: (done, of) => told.push(`${done}/${of}`) });
  assert.equal(told, ["1/2", "2/2"]);
});

test("files that cannot be taken are told together, each with its path", async () => {
  file("bad/a.png", new Uint8Array(8));
  file("bad/b.npy", npy([3], floats(1, 2, 3)));
  file("bad/c.bin", floats(1, 2));
  await refused(
    () => read(at("bad")),
    "calibration-invalid",
    /2 files cannot be taken\n {2}\S*a\.png: it does not begin as a \.png file does\n {2}\S*b\.npy: shape 3 for/,
  );
  for (let i = 0; i < 5; i++) file(`five/${i}.bin`, new Uint8Array(3));
  await refused(
    () => read(at("five")),
    "calibration-invalid",
    /: 5 files cannot be taken(\n {2}\S*\.bin: 3 bytes[^\n]*){5}$/,
  );
  for (let i = 0; i < 9; i++) file(`worse/${i}.bin`, new Uint8Array(3));
  const message = /5 or more files cannot be taken(\n {2}\S*[0-4]\.bin: 3 bytes.*){5}\n {2}and others/;
  await refused(() => read(at("worse")), "calibration-invalid", message);
});

test("a sample that is damaged inside of a good file is told when it is read", async () => {
  file("inside/nan.bin", floats(1, 2, 3, Number.NaN));
  await refused(
    () => read(at("inside")),
    "calibration-invalid",
    /: sample 1: .*not a finite number .*nan\.bin/,
  );
  const cut = png(2, 1, 1, 2);
  file("inside/cut.png", cut.subarray(0, cut.length - 20));
  await refused(
    () => read(at("inside")),
    "calibration-invalid",
    /2 files cannot be taken\n {2}\S*cut\.png: damaged \.png.*\n {2}\S*nan\.bin: sample 1/,
  );
  const source = await openSamples([at("ten.bin")], one);
  writeFileSync(at("ten.bin"), floats(0, 0));
  await refused(() => collect(source), "file-unreadable", /became shorter while it was read .*ten\.bin/);
});

test("a folder without samples, and folders that nest too deep, are refused", async () => {
  mkdirSync(at("none/deeper"), { recursive: true });
  await refused(() => read(at("none")), "calibration-invalid", /a folder without a \.npy.* file .*none/);
  file(`nest/${"d/".repeat(70)}a.bin`, floats(1, 2));
  await refused(() => read(at("nest")), "calibration-invalid", /folders nested deeper than 64/);
});

test("files in a folder that are no samples are left out", async () => {
  file("with/a.bin", floats(1, 2));
  const except = [file("with/labels.json", "[1, 2]")];
  const source = await openSamples([at("with")], one, { except });
  assert.equal(plain((await collect(source)).samples), [[[1, 2]]]);
});

test("sounds are counted by their headers: samples at the model's rate, whole frames of them", async () => {
  file("slow.wav", writeWave([0, 0, 0, 0], { sampleRateHz: 8000 }));
  const rate = [{ shape: [1, 2], sampleRate: 16000 }];
  const source = await openSamples([at("slow.wav")], rate);
  assert.is(source.count, 4);
  assert.is((await collect(source)).samples.length, 4);
  const sound = writeWave([0, 8192, 16384, -32768], {});
  const long = new Uint8Array(sound.length + 8 + 6000);
  long.set(sound.subarray(0, 36));
  long.set(new TextEncoder().encode("LIST"), 36);
  new DataView(long.buffer).setUint32(40, 6000, true);
  long.set(sound.subarray(36), 36 + 8 + 6000);
  file("long.wav", long);
  assert.equal(await read(at("long.wav")), [[[0, 0.25]], [[0.5, -1]]]);
  file("odd.wav", writeWave([0, 0, 0], {}));
  await refused(() => read(at("odd.wav")), "calibration-invalid", /3 samples for an input .*odd\.wav/);
});

test.run();
