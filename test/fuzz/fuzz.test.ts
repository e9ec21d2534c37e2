import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadTarget, targetNames } from "./registry.js";
import { runTarget } from "./run-target.js";

const findings = mkdtempSync(join(tmpdir(), "wasmote-findings-"));
test.after(() => rmSync(findings, { recursive: true }));

/** How many cases of each target the test tries: a second or two. */
const cases: Readonly<Record<string, number>> = {
  packets: 2000,
  pictures: 1000,
  samples: 1000,
  sounds: 1000,
  tensors: 1000,
};

for (const name of targetNames()) {
  test(`${name}: nothing is found in the first cases`, async () => {
    assert.is((await loadTarget(name)).name, name, "the target's name is its file's");
    const report = await runTarget(name, {
      cases: cases[name] ?? 200,
      seed: 1,
      findings,
      caseMillis: 60_000,
    });
    assert.equal(report.findings, []);
    assert.ok(Object.keys(report.outcomes).length > 1, `all cases ended alike: ${JSON.stringify(report)}`);
    assert.equal(readdirSync(findings), []);
  });
}

test("a case that throws, hangs, crashes or takes too much memory is a finding, and its input is saved", async () => {
  const targets = fileURLToPath(new URL("faulty", import.meta.url));
  const options = { targets, cases: 6, seed: 1, findings, caseMillis: 4000, maxBytes: 400 * 2 ** 20 };
  const report = await runTarget("faulty", options);
  const found = report.findings.map(({ index, message }) => [index, message.split("\n")[0]]);
  assert.equal(
    found.sort().map(([index]) => index),
    [1, 2, 3, 4],
  );
  assert.match(found[0]![1] as string, /an error of no table/);
  assert.match(found[1]![1] as string, /took longer than 4000 ms/);
  assert.match(found[2]![1] as string, /ended with SIGKILL/);
  assert.match(found[3]![1] as string, /bytes of memory/);
  for (const { index, saved } of report.findings) {
    assert.equal([...readFileSync(join(saved, "case.bin"))], [index]);
  }
});

test.run();
