import { boardList, rooms } from "../doctor/findings.js";
import type { BoardState, Connected, Diagnosis, Finding } from "../doctor/index.js";
import { table, wrapLine } from "../table.js";
import type { Output } from "./output.js";

/** What a machine has and lacks, as lines for people: all but the verdict. */
export function diagnosisText(diagnosis: Diagnosis, output: Output): string[] {
  const { machine, findings, boards, connected, mend } = diagnosis;
  const absent = findings.filter(({ state }) => state === "missing").length;
  return [
    `${machine.platform} ${machine.arch}, node ${machine.node}`,
    ...rooms.flatMap((room) =>
      section(
        room,
        findings.filter((finding) => finding.room === room),
        widest(findings),
        output,
      ),
    ),
    ...["", ...boardsText(boards, output)],
    ...["", ...connectedText(connected, output)],
    ...(diagnosis.ready && mend !== undefined && absent > 1 ? ["", `to begin with: ${mend}`] : []),
  ];
}

const stateWidth = "optional".length;
const gap = "  ";
const mendIndent = gap.length * 2 + stateWidth;
const continued = " \\";

/** Columns to which texts are wrapped at least. */
const narrowest = 20;

function widest(findings: readonly Finding[]): number {
  return Math.max(...findings.map(({ what }) => what.length));
}

/** Findings of one room below its name, each with what mends it below. */
function section(room: string, findings: readonly Finding[], widest: number, output: Output): string[] {
  if (findings.length === 0) return [];
  return [
    "",
    output.styles.bold(room),
    ...findings.flatMap((finding) => findingLines(finding, widest, output)),
  ];
}

function findingLines(finding: Finding, widest: number, output: Output): string[] {
  const { state, what, detail, neededFor } = finding;
  const styled = stateStyle(state, output)(state) + " ".repeat(stateWidth - state.length);
  const about = state === "ok" ? (detail ?? "") : [detail, `for ${neededFor}`].filter(Boolean).join("; ");
  const indent = mendIndent + widest + gap.length;
  const [first = "", ...more] = wrapLine(about, Math.max(narrowest, output.width - indent));
  return [
    `${gap}${styled}${gap}${what.padEnd(widest)}${gap}${first}`.trimEnd(),
    ...more.map((line) => " ".repeat(indent) + line),
    ...(state === "ok" ? [] : mendLines(finding, output)),
  ];
}

/** The command that mends it; over several lines such as a shell takes. */
function mendLines({ mend, afterwards }: Finding, { width, styles }: Output): string[] {
  const indent = " ".repeat(mendIndent);
  const room = Math.max(narrowest, width - mendIndent);
  if (mend === undefined) return wrapLine(afterwards ?? "", room).map((line) => indent + line);
  const lines = wrapLine(mend, room - continued.length);
  const last = lines.length - 1;
  const text = lines.map((line, i) => `${indent}${styles.cyan(line)}${i < last ? continued : ""}`);
  return [
    ...text,
    ...(afterwards === undefined ? [] : wrapLine(`# then ${afterwards}`, room).map((line) => indent + line)),
  ];
}

function stateStyle(state: Finding["state"], { styles }: Output): (text: string) => string {
  if (state === "ok") return styles.green;
  return state === "missing" ? styles.red : styles.yellow;
}

function boardsText(boards: readonly BoardState[], output: Output): string[] {
  return table(
    [
      { heading: "board", align: "left" },
      { heading: "firmware", align: "left" },
      { heading: "emulator", align: "left" },
      { heading: "flash by", align: "left" },
    ],
    boards.map(({ board, firmwareLacks, emulatorLacks, flash }) => [
      board,
      able(firmwareLacks),
      emulatorLacks === null ? "-" : able(emulatorLacks),
      flashText(flash),
    ]),
    { width: output.width, heading: output.styles.dim },
  );
}

/** The ways that there are, or what each of them lacks. */
function flashText(flash: BoardState["flash"]): string {
  if (flash.length === 0) return "-";
  const ways = flash.filter(({ lacks }) => lacks.length === 0).map(({ method }) => method);
  return ways.join(", ") || `no ${flash.map(({ lacks }) => lacks.join(" and ")).join(" / ")}`;
}

function able(lacks: readonly string[]): string {
  return lacks.length === 0 ? "yes" : `no ${lacks.join(", ")}`;
}

const kindText: Readonly<Record<Connected["kind"], string>> = {
  device: "may be",
  volume: "is the boot loader of",
  probe: "is a probe for",
  port: "is a port of",
};

function connectedText(connected: readonly Connected[], output: Output): string[] {
  const lines = connected.map(({ kind, what, boards, ports }) => {
    const at = kind === "port" || ports.length === 0 ? "" : ` at ${ports.join(", ")}`;
    const of =
      boards.length === 0
        ? "is a port, of which board cannot be told"
        : `${kindText[kind]} ${boardList(boards)}`;
    return `${gap}${what}${at} ${of}`;
  });
  return [
    output.styles.bold("plugged in"),
    ...(lines.length === 0 ? [`${gap}nothing that could be a board`] : lines),
  ];
}
