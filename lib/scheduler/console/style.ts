/** The looks of the console page; system fonts, for it loads nothing. */
export const consoleStyle = `
:root{color-scheme:light dark;--line:#d8dce2;--soft:#f4f5f7;--text:#1c2430;--dim:#5b6675;--accent:#2f5fd0;--good:#187a43;--bad:#b3261e;--wait:#8a5a00}
@media (prefers-color-scheme:dark){:root{--line:#343c47;--soft:#1d232b;--text:#e6e9ee;--dim:#a0abb9;--accent:#8fb0ff;--good:#5fd08f;--bad:#ff8f86;--wait:#f0bf5a}body{background:#14181e}}
*{box-sizing:border-box}
body{margin:0;color:var(--text);font:14px/1.5 system-ui,sans-serif}
header{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;padding:12px 16px;border-bottom:1px solid var(--line)}
h1{font-size:16px;margin:0}h2{font-size:16px;margin:0 0 8px;overflow-wrap:anywhere}h3{font-size:14px;margin:16px 0 4px}
nav{display:flex;gap:4px}
main{padding:16px;max-width:1200px;margin:0 auto}
button,input,select{font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:6px;padding:4px 10px;min-height:32px}
button{cursor:pointer}
button[aria-pressed=true]{border-color:var(--accent);color:var(--accent);font-weight:600}
button.link{border:0;padding:0;min-height:0;color:var(--accent);text-align:left;overflow-wrap:anywhere}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.tools{display:flex;flex-wrap:wrap;gap:8px;margin-bottom:12px}.tools label{display:flex;gap:6px;align-items:center}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:6px 12px;border-bottom:1px solid var(--line);white-space:nowrap}td:first-child{white-space:normal;min-width:160px}
tr:last-child td{border-bottom:0}th{background:var(--soft);font-weight:600}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
.dim{color:var(--dim)}.good{color:var(--good)}.bad{color:var(--bad)}.wait{color:var(--wait)}
#state{margin-left:auto}
pre{background:var(--soft);border:1px solid var(--line);border-radius:8px;padding:12px;overflow:auto;max-height:60vh;margin:0}
.empty{padding:24px;text-align:center;color:var(--dim)}
`;
