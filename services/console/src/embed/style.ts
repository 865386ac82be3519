/** The component's own look; nothing of the page around it gets in, nothing of it gets out. Never colour alone: each card names its kind. */
export const embedStyle = `
:host { display: block; font: 14px/1.6 system-ui, "Microsoft YaHei", "Noto Sans SC", sans-serif; color: #1f2329; }
.slip { color: #646a73; margin: 0 0 8px; }
.card { border: 1px solid #d0d3d6; border-left-width: 6px; border-radius: 4px; padding: 8px 12px; margin: 0 0 8px; background: #fff; }
.card[data-indicator=critical] { border-left-color: #c0392b; }
.card[data-indicator=warning] { border-left-color: #b26a00; }
.card[data-indicator=info] { border-left-color: #2f6fb0; }
.kind { font-weight: 600; margin-right: 8px; }
[data-indicator=critical] .kind { color: #a32a1e; }
[data-indicator=warning] .kind { color: #8f5500; }
.summary { font-weight: 600; }
.detail, .source { color: #4a4f57; margin: 2px 0; }
ul { list-style: none; margin: 6px 0; padding: 0; }
li label { display: flex; gap: 8px; align-items: baseline; }
.basis { color: #646a73; }
.acts { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
button { font: inherit; padding: 4px 12px; min-height: 32px; border: 1px solid #8f959e; border-radius: 4px; background: #fff; cursor: pointer; }
button:focus-visible, input:focus-visible, select:focus-visible { outline: 2px solid #1456f0; outline-offset: 1px; }
button[disabled] { opacity: .5; cursor: default; }
select, input[type=text] { font: inherit; min-height: 32px; padding: 2px 6px; border: 1px solid #8f959e; border-radius: 4px; }
.fault { color: #a32a1e; }
.done { color: #216e39; font-weight: 600; }
`;
