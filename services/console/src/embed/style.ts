/**
 * The component's own look; nothing of the page around it gets in, nothing of it gets out. Never colour alone: each card names its kind beside a picture. Red is honour in
 * this trade and nothing else (product §B.7): what restricts is slate and deep orange. Every text has a contrast of 4.5:1 or more.
 */
export const embedStyle = `
:host { display: block; font: 14px/1.6 system-ui, "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif; color: #1f2329; text-align: left; }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
p, ul, h3 { margin: 0; padding: 0; }
ul { list-style: none; }
svg { width: 1.15em; height: 1.15em; fill: currentColor; flex: none; vertical-align: -0.2em; }
.live { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.head { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; margin-bottom: 8px; }
.head .tag { font-size: 16px; padding: 3px 12px; }
.slip { font-weight: 600; }
.time, .source, .code, .basis { color: #5c6370; font-size: 13px; }
.note { margin-bottom: 8px; padding: 6px 12px; border-radius: 6px; background: #e8f5ec; color: #1b5e33; font-weight: 600; }
.tag { display: inline-flex; gap: 6px; align-items: center; padding: 1px 10px; border-radius: 4px; font-weight: 600; line-height: 1.7; white-space: nowrap; }
.tag[data-look=restricted] { background: #9a3412; color: #fff; }
.tag[data-look=review], .tag[data-look=waiting] { background: #fdecc8; color: #713f12; }
.tag[data-look=reward] { background: #c8102e; color: #fff; }
.tag[data-look=note] { background: #e4e8ee; color: #33415c; }
.tag[data-look=clean] { background: #dff3e4; color: #17512b; }
.who { display: flex; flex-wrap: wrap; gap: 4px 20px; margin-bottom: 12px; }
.who li { display: flex; gap: 8px; align-items: baseline; }
.role { color: #5c6370; }
.identity { font-size: 13px; color: #33415c; }
.identity[data-identity=EXACT] { color: #17512b; }
.identity[data-identity=NAME_DIFFERS], .identity[data-identity=NAME_NOT_GIVEN] { color: #713f12; }
.clean { padding: 10px 14px; border-radius: 6px; background: #f1f9f3; color: #17512b; }
.card { border: 1px solid #d5dae1; border-left: 5px solid #64748b; border-radius: 6px; padding: 12px 16px; margin-bottom: 12px; background: #fff; }
.card[data-look=restricted] { border-left-color: #9a3412; }
.card[data-look=review] { border-left-color: #b7791f; }
.card[data-look=reward] { border-left-color: #c8102e; }
h3 { display: flex; gap: 10px; align-items: flex-start; font-size: 15px; line-height: 1.7; }
.summary { font-weight: 600; }
.detail { margin-top: 6px; color: #3a424e; }
.card > ul { margin-top: 8px; border-top: 1px solid #e8ebef; }
.card > ul li { border-bottom: 1px solid #e8ebef; }
.card label { cursor: pointer; }
.card > ul label { display: flex; gap: 10px; align-items: flex-start; padding: 7px 0; }
.card > ul span > span { margin-right: 10px; }
.measure { font-weight: 600; }
.basis { display: block; }
input[type=checkbox] { width: 16px; height: 16px; margin: 4px 0 0; flex: none; accent-color: #1f4e8c; }
.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-top: 12px; }
.why { max-width: 640px; display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 8px 12px; align-items: center; margin-top: 12px; padding: 12px; border-radius: 6px; background: #f5f7fa; }
.why button { grid-column: 2; justify-self: start; }
button { font: inherit; padding: 4px 16px; min-height: 34px; border: 1px solid #7d8694; border-radius: 6px; background: #fff; color: #1f2329; cursor: pointer; }
button:hover { background: #f2f4f7; }
button.main { background: #1f4e8c; border-color: #1f4e8c; color: #fff; }
button.main:hover { background: #173d70; }
button.quiet { min-height: 28px; padding: 0 10px; border-color: transparent; background: none; color: #1f4e8c; text-decoration: underline; }
button:focus-visible, input:focus-visible, select:focus-visible, .card:focus-visible { outline: 3px solid #1f6feb; outline-offset: 2px; }
button[disabled] { background: #eceff3; border-color: #c3c9d2; color: #5c6370; cursor: default; }
select, input[type=text] { font: inherit; width: 100%; min-height: 34px; padding: 4px 8px; border: 1px solid #7d8694; border-radius: 6px; background: #fff; color: #1f2329; }
[aria-invalid=true] { border-color: #9a3412; box-shadow: 0 0 0 1px #9a3412; }
.fault { color: #9a3412; font-weight: 600; }
.fault:not(:empty) { margin-top: 8px; }
.done { display: flex; gap: 8px; align-items: center; margin-top: 12px; color: #33415c; font-weight: 600; }
.done[data-outcome=accepted] { color: #17512b; }
@media (max-width: 480px) { h3 { flex-direction: column; gap: 4px; } .why { grid-template-columns: minmax(0, 1fr); } .why button { grid-column: 1; } }
`;
