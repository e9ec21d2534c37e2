import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Classes, classesOf, openSamples, readLabels } from "../../../host/run/samples/index.js";
import { refused } from "../tensor-files/refused.js";
import { floats, npy, sampleFolder } from "./files.js";

const { at, file, remove } = sampleFolder();
const inputs = [{ shape: [1] }];
const open = (...names: string[]) => openSamples(names.map(at), inputs);
const three: Classes = { count: 3 };
const trees: Classes = { count: 3, names: ["ash", "beech", "cedar"] };
const twelve: Classes = { count: 12, names: Array.from({ length: 12 }, (_, i) => `c${i}`) };
const labelsOf = async (name: string, classes = three, ...samples: string[]) =>
  readLabels(
    name === "folders" ? name : at(name),
    await open(...(samples.length === 0 ? ["four.bin"] : samples)),
    classes,
  ).labels;

test.before(() => {
  file("four.bin", floats(0, 1, 2, 3));
  for (const name of ["x.bin", "y.bin"]) file(name, floats(0));
});
test.after(remove);

test("labels in a file, one for each sample, as numbers or names", async () => {
  const expected = [2, 0, 1, 2];
  const numbers = (values: number[], dtype: "uint8" | "int64" | "float64") =>
    new Uint8Array(
      (dtype === "uint8"
        ? Uint8Array.from(values)
        : dtype === "int64"
          ? BigInt64Array.from(values.map(BigInt))
          : Float64Array.from(values)
      ).buffer,
    );
  file("a.npy", npy([4], numbers(expected, "uint8"), "uint8"));
  file("b.npy", npy([4, 1], numbers(expected, "int64"), "int64"));
  file("c.npy", npy([4], numbers(expected, "float64"), "float64"));
  file("d.npy", npy([4, 3], floats(0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1)));
  file("a.json", "[2, 0, 1, 2]");
  file("a.txt", "2\r\n0\r\n1\r\n2\r\n\r\n");
  file("a.csv", "\uFEFFlabel\n2\n0\n1\n2\n");
  for (const name of ["a.npy", "b.npy", "c.npy", "d.npy", "a.json", "a.txt", "a.csv"])
    assert.equal(await labelsOf(name), expected, name);
  file("names.json", '["cedar", "ash", 1, "2"]');
  file("names.txt", "cedar\nash\nbeech\n2\n");
  file("names.csv", 'cedar\n"ash"\n beech\ncedar');
  for (const name of ["names.json", "names.txt", "names.csv"])
    assert.equal(await labelsOf(name, trees), expected, name);
});

test("names come before numbers: classes may be called as other classes are numbered", async () => {
  file("odd.txt", "1\n2\n3\n1");
  assert.equal(await labelsOf("odd.txt", { count: 3, names: ["1", "2", "3"] }), [0, 1, 2, 0]);
});

test("a heading of a .csv is no label, unless a class is called so", async () => {
  file("heading.csv", "Class\n1\n0\n1\n0");
  assert.equal(await labelsOf("heading.csv"), [1, 0, 1, 0]);
  file("no-heading.csv", "class\n1\n0\n1");
  assert.equal(await labelsOf("no-heading.csv", { count: 2, names: ["class", "other"] }), [0, 1, 0, 1]);
  for (const word of ["subclass", "classy"]) {
    file("word.csv", `${word}\n1\n0\n1\n0`);
    await refused(() => labelsOf("word.csv"), "labels-invalid", /5 labels for 4 samples/);
  }
  file("quoted.csv", '"a ""b"", c"\nd\n');
  const names = ['a "b", c', "d"];
  assert.equal(await labelsOf("quoted.csv", { count: 2, names }, "x.bin", "y.bin"), [0, 1]);
  file("spaced.txt", " 1 \n0\n 1\n0 ");
  assert.equal(await labelsOf("spaced.txt"), [1, 0, 1, 0]);
});

test("a .csv of files and labels is matched by the files' names", async () => {
  for (const name of ["x/1.bin", "x/2.bin", "y/1.bin"]) file(`set/${name}`, floats(0));
  file("set/by-path.csv", "file,label\nx/1.bin,ash\nx/2.bin,beech\ny\\1.bin,cedar\nz.bin,ash\n");
  assert.equal(await labelsOf("set/by-path.csv", trees, "set"), [0, 1, 2]);
  file("by-root.csv", "set/x/1.bin,0\nset/x/2.bin,1\nset/y/1.bin,2");
  assert.equal(await labelsOf("by-root.csv", trees, "set"), [0, 1, 2]);
  file("far/by-name.csv", "1.bin,ash\n2.bin,beech\n");
  assert.equal(await labelsOf("far/by-name.csv", trees, "set/x"), [0, 1]);
  await refused(
    () => labelsOf("far/by-name.csv", trees, "set"),
    "labels-invalid",
    /no label for x\/1\.bin; several samples have that name/,
  );
  file("few.csv", "x/1.bin,ash\n");
  await refused(
    () => labelsOf("few.csv", trees, "set/x"),
    "labels-invalid",
    /no label for 2\.bin .*few\.csv/,
  );
});

test("labels that do not fit are refused, with what was found", async () => {
  const wrong: [string, string | Uint8Array, RegExp, Classes?][] = [
    ["short.txt", "0\n1\n2", /3 labels for 4 samples .*short\.txt/],
    ["name.txt", "0\n1\nash\n2", /label 2 is "ash"; its classes have no names/],
    [
      "near.txt",
      "ash\nbeach\nash\nash",
      /label 1 is "beach" \(did you mean beech\?\); ash, beech, ced/,
      trees,
    ],
    ["large.txt", "0\n1\n2\n3", /label 3 is 3; the model's classes are 0 to 2/],
    ["negative.json", "[0, -1, 0, 0]", /label 1 is -1/],
    ["half.json", "[0, 0.5, 0, 0]", /label 1 is 0\.5/],
    ["null.json", "[null, 0, 0, 0]", /label 0 is null; a number or a text/],
    ["digits.txt", "0\n1x\nx1\n2", /label 1 is "1x"; its classes have no names/],
    ["many.txt", "0\n0\n0\nz", /label 3 is "z"; (c\d+, ){9}c9 and 2 more are known/, twelve],
    ["ten.txt", "0\n0\n0\nz", /; (c\d+, ){9}c9 are known/, { count: 10, names: twelve.names!.slice(0, 10) }],
    ["object.json", "{}", /a list of numbers/],
    ["text.json", "words", /no JSON/],
    ["rows.csv", "a,0\nb\n", /row 1 has 1 columns/],
    ["wide.csv", "a,b,0\n", /row 0 has 3 columns/],
    ["l.md", "0", /ending "md"; labels are \.npy/],
    ["cube.npy", npy([1, 2, 2], floats(0, 1, 2, 0)), /an array of 3 axes/],
    ["hot.npy", npy([4, 2], floats(1, 0, 0, 0, 1, 1, 0, 1)), /row 1 has 2 numbers/],
    ["cut.npy", npy([4], floats(0, 1, 2, 0)).subarray(0, 90), /^the labels do not fit the samples: /],
  ];
  for (const [name, content, message, classes] of wrong) {
    file(name, content);
    await refused(() => labelsOf(name, classes), "labels-invalid", message);
  }
  await refused(() => labelsOf("absent.txt"), "file-unreadable", /absent\.txt/);
});

test("classes are an output's last axis, or two where it is a single probability", async () => {
  assert.equal(classesOf({ shape: [1, 10] }), { count: 10 });
  assert.equal(classesOf({ shape: [1, 3], labels: ["a", "b", "c"] }), { count: 3, names: ["a", "b", "c"] });
  assert.equal(classesOf({ shape: [1, 1] }), { count: 2 });
  assert.equal(classesOf({ shape: [] }), { count: 2 });
  await refused(() => classesOf({ shape: [1, 4, 3] }), "labels-invalid", /first output is 1x4x3/);
});

test("folders are labels: by the classes' names, as numbers, or in their order", async () => {
  for (const name of ["cedar/deep/1.bin", "ash/1.bin", "ash/2.bin"]) file(`trees/${name}`, floats(0));
  assert.equal(await labelsOf("folders", trees, "trees"), [0, 0, 2]);
  assert.equal(await labelsOf("folders", trees, "trees/cedar", "trees/ash/1.bin"), [2, 0]);
  for (const name of ["2/a.bin", "0/a.bin"]) file(`numbers/${name}`, floats(0));
  assert.equal(await labelsOf("folders", three, "numbers"), [0, 2]);
  for (const name of ["b/1.bin", "a/1.bin", "c/1.bin"]) file(`2024/${name}`, floats(0));
  assert.equal(await labelsOf("folders", three, "2024"), [0, 1, 2], "what was named is no class");
  const source = await open("trees");
  const { labels, notes } = readLabels("folders", source, { count: 2 });
  assert.equal(labels, [0, 0, 1]);
  assert.match(notes.join(), /order of the folders' names: ash 0, cedar 1/);
  await refused(
    () => labelsOf("folders", three, "trees"),
    "labels-invalid",
    /2 folders, ash, cedar, for 3 cla/,
  );
  file("trees/oak/1.bin", floats(0));
  await refused(() => labelsOf("folders", trees, "trees"), "labels-invalid", /a folder of samples is "oak"/);
});

test.run();
