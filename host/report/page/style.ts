/** Style of a report's page. Colours are told apart by those who are colour-blind; what they say is in words, too. */
export const style = `
:root {
  --page: #f7f7f5; --surface: #ffffff; --ink: #14140f; --soft: #4f4e49; --faint: #6f6d67; --grid: #e6e5df; --base: #b9b8b0;
  --edge: #dddcd5; --blue: #2a78d6; --aqua: #129a68; --violet: #5b48c2; --yellow: #c98500; --magenta: #c94d87; --orange: #c4481a; --on: #fff;
  --fill: 24%;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #101010; --surface: #1a1a19; --ink: #f5f5f2; --soft: #c6c5be; --faint: #9c9a92; --grid: #2e2e2b; --base: #55544f;
    --edge: #33332f; --blue: #4a93ec; --aqua: #22ab7b; --violet: #9a8ff0; --yellow: #d99a1c; --magenta: #de6a9d; --orange: #ee7a4a; --on: #0b0b0b;
    --fill: 34%;
  }
}
* { box-sizing: border-box; }
html { background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 28px 24px 64px; max-width: 1180px; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 0 0 8px; font-size: 20px; }
p { margin: 0 0 12px; max-width: 80ch; color: var(--soft); overflow-wrap: anywhere; }
header p { margin: 0 0 2px; }
.note { color: var(--faint); }
nav ul, ul.legend, ul.lowest { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 0; padding: 0; list-style: none; }
nav { position: sticky; top: 0; z-index: 1; margin: 10px -24px 18px; padding: 2px 24px 10px; background: var(--page);
  border-bottom: 1px solid var(--edge); }
nav a { color: var(--soft); text-decoration: none; }
nav a:hover { color: var(--ink); text-decoration: underline; }
section { margin: 0 0 22px; padding: 20px 22px 22px; background: var(--surface); border: 1px solid var(--edge); border-radius: 10px;
  scroll-margin-top: 56px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(164px, 1fr)); gap: 12px; margin: 0 0 22px; }
.tile { padding: 14px 16px; background: var(--surface); border: 1px solid var(--edge); border-radius: 10px; }
.tile dt { color: var(--soft); font-size: 13px; }
.tile dd { margin: 0; font-size: 26px; line-height: 1.25; font-weight: 600; white-space: nowrap; }
.tile dd.note { font-size: 12.5px; font-weight: 400; white-space: normal; }
.tile small { font-size: 14px; font-weight: 400; color: var(--soft); }
.verdict { font-weight: 600; color: var(--ink); }
.verdict::before { content: "\\2713  "; color: var(--aqua); }
.verdict.misfits::before { content: "\\2717  "; color: var(--orange); }
ul.lowest { margin: -6px 0 8px; color: var(--ink); }
figure { margin: 6px 0 14px; overflow-x: auto; }
figure > svg { display: block; width: 100%; min-width: 640px; height: auto; }
.columns figure > svg, figure.card > svg { min-width: 0; }
figcaption { margin-top: 6px; color: var(--faint); font-size: 13px; }
ul.legend { margin: 0 0 8px; color: var(--soft); font-size: 13px; }
.legend li { display: flex; align-items: center; gap: 6px; }
.swatch { width: 18px; height: 14px; }
svg text { font: 11.5px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--faint); font-variant-numeric: tabular-nums; }
svg .heading { font-weight: 600; fill: var(--soft); font-size: 12.5px; }
svg .y text { text-anchor: end; }
svg .x text { text-anchor: middle; }
.grid { stroke: var(--grid); }
.base { stroke: var(--base); }
.zero { stroke: var(--base); stroke-dasharray: 2 3; }
.limit { stroke: var(--orange); stroke-width: 1.5; stroke-dasharray: 6 4; }
.bar { fill: var(--blue); }
.marked.bar { fill: var(--orange); }
.beyond.bar { fill: none; stroke: var(--blue); stroke-dasharray: 3 2; }
.area { fill: var(--blue); }
rect.bar:hover, .block:hover rect, .point:hover circle { stroke: var(--ink); stroke-width: 2; stroke-dasharray: none; }
.block rect { fill: color-mix(in srgb, var(--kind) var(--fill), var(--surface)); stroke: var(--kind); }
.block text { fill: var(--ink); text-anchor: middle; font-size: 11px; pointer-events: none; }
.block.input { --kind: var(--aqua); }
.block.activation { --kind: var(--blue); }
.block.output { --kind: var(--violet); }
.block.scratch { --kind: var(--yellow); }
.block.scratch rect { stroke-dasharray: 3 2; }
.block.state { --kind: var(--magenta); }
.peak { fill: none; stroke: var(--ink); stroke-dasharray: 1 3; pointer-events: none; }
.point circle { fill: var(--blue); stroke: var(--surface); stroke-width: 1.5; }
.point.beside circle { fill: var(--surface); stroke: var(--faint); }
.point .ring { fill: none; stroke: var(--ink); stroke-width: 2; }
.scroll { margin: 0 0 6px; }
.scroll:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
.scroll > table { width: 100%; }
.scroll.few > table { width: auto; min-width: min(100%, 420px); }
.few th, .few td { padding-right: 26px; }
.scroll.few td.bar { background-position: right 26px bottom 3px; background-size: calc(var(--v) * (100% - 28px)) 2.5px; }
caption { padding: 8px 0 4px; text-align: left; font-weight: 600; font-size: 13.5px; color: var(--soft); }
th { text-align: left; font-weight: 600; color: var(--soft); white-space: nowrap; }
thead th { position: sticky; top: 43px; background: var(--surface); box-shadow: inset 0 -1px 0 var(--base); z-index: 1; }
th, td { padding: 4px 10px 4px 0; vertical-align: top; }
th:last-child, td:last-child { padding-right: 2px; }
tbody tr { border-bottom: 1px solid var(--grid); }
tbody tr:hover { background: color-mix(in srgb, var(--blue) 7%, transparent); }
.n { text-align: right; white-space: nowrap; }
td.bar { padding-bottom: 7px; background: linear-gradient(var(--blue), var(--blue)) no-repeat right 10px bottom 3px /
  calc(var(--v) * (100% - 12px)) 2.5px; }
td.bar:last-child { background-position: right 2px bottom 3px; }
tr.marked td { background-color: color-mix(in srgb, var(--orange) 12%, transparent); }
.name { overflow-wrap: anywhere; }
td .name { display: inline-block; min-width: 8em; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 10px 34px; align-items: start; }
.matrix { display: flex; flex-wrap: wrap; gap: 10px 40px; align-items: flex-start; }
.matrix > :last-child { flex: 1 1 400px; min-width: 0; }
.matrix > :first-child { max-width: 100%; overflow-x: auto; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(218px, 1fr)); gap: 16px 22px; margin: 0 0 14px; }
.card { margin: 0; }
.card figcaption { margin: 0 0 4px; color: var(--ink); }
.card figcaption .note { display: block; }
.ends { display: flex; justify-content: space-between; font-size: 11.5px; color: var(--faint); font-variant-numeric: tabular-nums; }
details { font-size: 12.5px; color: var(--soft); }
summary { cursor: pointer; }
.bins td, .bins th { padding: 1px 16px 1px 0; text-align: right; }
.confusion { border-collapse: separate; border-spacing: 2px; width: auto; }
.scroll > .confusion { width: auto; }
.confusion th { padding: 2px 8px; color: var(--soft); font-weight: 400; }
.confusion thead th { text-align: center; box-shadow: none; }
.confusion tbody th { text-align: right; }
.confusion td { min-width: 42px; padding: 6px 8px; text-align: center; border-radius: 3px; }
.confusion tbody tr { border: 0; background: none; }
.confusion .right { background: color-mix(in srgb, var(--blue) calc(var(--v) * 100%), var(--grid)); }
.confusion .wrong { background: color-mix(in srgb, var(--orange) calc(var(--v) * 100%), var(--grid)); }
.confusion .none { color: var(--soft); }
.confusion .wrong.none { background: color-mix(in srgb, var(--grid) 45%, transparent); }
.confusion .deep { color: var(--on); }
.confusion caption { white-space: nowrap; }
@media (max-width: 1180px) { .scroll { overflow-x: auto; }
  thead th { position: static; } }
@media (max-width: 640px) { body { padding: 16px 12px 40px; } nav { margin-inline: -12px; padding-inline: 12px; }
  section { padding: 14px 12px; } }
@media print {
  @page { size: landscape; margin: 11mm; }
  :root { --page: #fff; }
  html { font-size: 12px; }
  body { max-width: none; padding: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav, details { display: none; }
  section { border: 0; padding: 0; border-radius: 0; }
  h2, caption { break-after: avoid; }
  figure, .card, .tile, tr { break-inside: avoid; }
  figure, .scroll { overflow: visible; max-height: none; }
  figure > svg { min-width: 0; }
  thead { display: table-header-group; }
  thead th { position: static; }
  table { font-size: 9.5px; }
  .tiles { grid-template-columns: repeat(6, 1fr); }
  .tile { padding: 8px 10px; }
  .tile dd { font-size: 17px; }
  .tile dd.note, .tile dt { font-size: 10px; }
  .tile small { font-size: 11px; }
  .columns { display: block; }
  a { color: inherit; text-decoration: none; }
}
`;
