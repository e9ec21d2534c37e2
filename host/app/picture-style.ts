import { Markup } from "../report/markup.js";

/** Style of pictures of applications, on a light and on a dark ground. */
export const pictureStyle = new Markup(`
svg { color-scheme: light dark; --ground: #fff; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0; --level: #0969da; --on: #ddf4ff; --event: #1a7f37; --alarm: #cf222e; }
@media (prefers-color-scheme: dark) { svg { --ground: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --line: #3d444d; --level: #4493f8; --on: #0c2d4f; --event: #3fb950; --alarm: #f85149; } }
.ground { fill: var(--ground); }
text { font: 12px system-ui, sans-serif; fill: var(--faint); }
.heading { font-weight: 600; fill: var(--ink); }
.axis { stroke: var(--line); }
.level, .alarm { fill: none; stroke: var(--level); stroke-width: 1.5; }
.alarm { stroke: var(--alarm); stroke-dasharray: 5 3; }
.active { fill: var(--on); }
.event { stroke: var(--event); stroke-width: 1.5; }
`);
