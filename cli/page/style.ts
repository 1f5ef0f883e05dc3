/** How pages look: of the report, and of the console. A state has a colour and a word; nothing is fetched from anywhere. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --surface: #f5f6f8; --line: #d5dae1; --text: #1b2027; --muted: #57606b;
  --accent: #0b57d0; --good: #116b2d; --bad: #b3141f; --changed: #7a4f00;
  --good-soft: #e6f4ea; --bad-soft: #fdecec; --changed-soft: #fff4dc; --accent-soft: #e8f0fe;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151a; --surface: #1b2027; --line: #353d48; --text: #e6e9ee; --muted: #a3adba;
    --accent: #8ab4f8; --good: #6dd58c; --bad: #ff9a95; --changed: #e9bd6a;
    --good-soft: #14301d; --bad-soft: #3a1a1c; --changed-soft: #352a12; --accent-soft: #1b2c48;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 14px/20px system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 1032px; margin: 0 auto; padding: 16px; }
h1 { margin: 0 0 12px; font-size: 22px; line-height: 28px; }
h2 { margin: 0 0 8px; font-size: 16px; line-height: 24px; }
h3 { margin: 0 0 4px; font-size: 14px; line-height: 20px; }
p { margin: 0 0 8px; }
section { margin: 24px 0 0; }
footer { margin: 32px 0 0; padding: 12px 0; border-top: 1px solid var(--line); color: var(--muted); font-size: 12px; }
code, .mono, .diff li, table.states th[scope="row"] { font: 12px/18px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.muted, .note, .when { color: var(--muted); }
.note { margin: 0 0 8px; font-size: 13px; }
.action { font-weight: 400; color: var(--muted); }

.badge { display: inline-block; padding: 0 8px; border: 1px solid currentColor; border-radius: 10px; font: 600 12px/18px system-ui, sans-serif; white-space: nowrap; vertical-align: middle; }
.badge.good { color: var(--good); background: var(--good-soft); }
.badge.bad { color: var(--bad); background: var(--bad-soft); }
.badge.changed { color: var(--changed); background: var(--changed-soft); }
.badge.running { color: var(--accent); background: var(--accent-soft); }
.badge.quiet { color: var(--muted); background: var(--surface); }

.head dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(208px, 1fr)); gap: 8px 16px; margin: 0; padding: 12px; background: var(--surface); border-radius: 8px; }
dt { color: var(--muted); font-size: 12px; line-height: 16px; }
dd { margin: 0; }

.end { margin: 16px 0 0; padding: 12px; border-left: 4px solid var(--line); background: var(--surface); border-radius: 4px; }
.end.good { border-color: var(--good); background: var(--good-soft); }
.end.bad { border-color: var(--bad); background: var(--bad-soft); }
.end.bad strong { display: block; color: var(--bad); }
.end p:last-child { margin: 0; }

.picture { margin: 0; }
.picture svg { display: block; width: 100%; height: auto; }
.picture .narrow { display: none; max-width: 420px; margin: 0 auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--text); }
svg .mono { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
svg .title { font-weight: 700; font-size: 14px; }
svg .strong { font-weight: 700; }
svg .middle { text-anchor: middle; }
svg text.end { text-anchor: end; }
svg .box rect { fill: var(--surface); stroke: var(--line); }
svg .box.standby rect { stroke-dasharray: 4 4; }
svg .pill rect { fill: var(--page); stroke-width: 2; }
svg .rule { stroke: var(--line); }
svg .way { stroke-width: 2; }
svg .way.standby { stroke: var(--muted); stroke-dasharray: 4 4; }
svg .stroke-good, svg .stroke-good rect { stroke: var(--good); }
svg .stroke-bad, svg .stroke-bad rect { stroke: var(--bad); }
svg .stroke-quiet, svg .stroke-quiet rect { stroke: var(--muted); }
svg .stroke-running, svg .stroke-running rect { stroke: var(--accent); }
svg .pill text { stroke: none; }
svg .fill-good, svg .fill-good text { fill: var(--good); }
svg .fill-bad, svg .fill-bad text { fill: var(--bad); }
svg .fill-changed, svg .fill-changed text { fill: var(--changed); }
svg .fill-quiet, svg .fill-quiet text { fill: var(--muted); }

ul { margin: 0; padding: 0; list-style: none; }
ul.plain li { padding: 2px 0; }
.device { margin: 0 0 16px; padding: 12px; border: 1px solid var(--line); border-radius: 8px; }
.device:last-child { margin: 0; }
.when { margin: 8px 0 2px; font-size: 12px; }
.diff li { display: flex; gap: 8px; padding: 1px 4px; }
.diff .sign { flex: none; width: 8px; font-weight: 700; }
.diff .good { color: var(--good); }
.diff .bad { color: var(--bad); }
.diff .changed { color: var(--changed); }
.cuts { display: block; color: var(--bad); }
.probes li { display: grid; grid-template-columns: 72px 1fr; gap: 8px; padding: 6px 0; border-top: 1px solid var(--line); align-items: start; }
.probes li:first-child { border: 0; }
.probes .badge { justify-self: start; }

table { width: 100%; border-collapse: collapse; }
th, td { padding: 4px 8px 4px 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); font-weight: 400; }
thead th { border: 0; color: var(--muted); font-size: 12px; line-height: 16px; }
.number { text-align: right; white-space: nowrap; }
.timeline th[scope="row"] { width: 216px; }
.timeline .depth-1 { padding-left: 16px; color: var(--muted); }
.timeline .number { width: 72px; padding-right: 16px; }
.timeline td:last-child { width: 216px; }
.bars svg { display: block; width: 100%; height: 10px; margin: 5px 0; background: var(--surface); border-radius: 2px; }
.bars rect { fill: var(--good); }
.bad .bars rect { fill: var(--bad); }
.running .bars rect { fill: var(--accent); }
.states { table-layout: fixed; }
.states th:first-child { width: 30%; }
.states th:last-child { width: 88px; }
.states td:last-child { padding-right: 0; }
.states .kept th[scope="row"], .states .kept code { color: var(--muted); }

a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
main:focus { outline: none; }
.hidden { position: absolute; clip-path: inset(50%); }
.bar { padding: 8px 16px; border-bottom: 1px solid var(--line); background: var(--surface); }
.bar a { font-weight: 700; color: var(--text); text-decoration: none; }
.buttons { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin: 0 0 8px; }
nav.buttons { justify-content: space-between; margin: 0 0 16px; }
button { padding: 5px 16px; border: 1px solid var(--line); border-radius: 6px; background: var(--surface); color: var(--text); font: inherit; cursor: pointer; }
button:hover { border-color: var(--muted); }
button:disabled { opacity: 0.6; cursor: default; }
button.primary { border-color: var(--accent); background: var(--accent); color: var(--page); font-weight: 600; }
button.danger { border-color: var(--bad); background: var(--bad); }
input { padding: 5px 8px; border: 1px solid var(--muted); border-radius: 6px; background: var(--page); color: var(--text); font: inherit; }
.search { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin: 0 0 8px; }
dialog { width: min(560px, calc(100vw - 32px)); padding: 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--page); color: var(--text); }
dialog::backdrop { background: rgb(0 0 0 / 0.5); }
dialog .buttons { justify-content: flex-end; margin: 16px 0 0; }
dialog label { display: block; }
dialog input { display: block; width: 100%; margin: 4px 0 0; }
p.bad, td.bad { color: var(--bad); }
p.bad:empty { display: none; }
.tunnels th[scope="row"], .tunnels td { padding-right: 16px; }
.end p { overflow-wrap: anywhere; }

@media (max-width: 720px) {
  .tunnels thead { position: absolute; clip-path: inset(50%); }
  .tunnels tr { display: block; padding: 8px 0; border-top: 1px solid var(--line); }
  .tunnels th[scope="row"], .tunnels td { display: block; width: auto; padding: 1px 0; border: 0; text-align: left; }
  .tunnels td:empty { display: none; }
  .tunnels td[data-title]::before { content: attr(data-title) ": "; color: var(--muted); }
  .picture .wide { display: none; }
  .picture .narrow { display: block; }
  .timeline .bars { display: none; }
  .timeline th[scope="row"], .timeline td:last-child { width: auto; }
  .states thead { position: absolute; clip-path: inset(50%); }
  .states tr, .states td, .states th[scope="row"] { display: block; width: auto; }
  .states td, .states th { border: 0; padding: 0 0 4px; }
  .states tr { padding: 8px 0; border-top: 1px solid var(--line); }
  .states td:last-child { width: auto; text-align: left; }
  .states td[data-title]::before { content: attr(data-title) ": "; color: var(--muted); }
}
@media print {
  :root { --page: #fff; --surface: #fff; --line: #bbb; --text: #000; --muted: #444; }
  main { max-width: none; padding: 0; }
  section, .device { break-inside: auto; }
  h2, h3 { break-after: avoid; }
  tr, li, .picture { break-inside: avoid; }
}
`;
