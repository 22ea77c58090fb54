/** The looks of the console page; system fonts, for it loads nothing. */
export const consoleStyle = `
:root{color-scheme:light dark;--ground:#fff;--line:#d8dce2;--edge:#858e9b;--soft:#f4f5f7;--text:#1c2430;--dim:#5b6675;--accent:#2f5fd0;--on:#fff;--good:#187a43;--bad:#b3261e;--wait:#8a5a00}
@media (prefers-color-scheme:dark){:root{--ground:#14181e;--line:#343c47;--edge:#6d7887;--soft:#1d232b;--text:#e6e9ee;--dim:#a0abb9;--accent:#8fb0ff;--on:#10151c;--good:#5fd08f;--bad:#ff8f86;--wait:#f0bf5a}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:14px/1.5 system-ui,sans-serif}
header{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;padding:10px 16px;border-bottom:1px solid var(--line)}
h1{font-size:16px;margin:0}h2{font-size:16px;margin:0 0 8px;overflow-wrap:anywhere}h3{font-size:14px;margin:20px 0 6px}
header nav{display:flex;flex-wrap:wrap;gap:4px}
header nav a{display:flex;gap:6px;align-items:center;min-height:32px;padding:4px 10px;border-radius:6px;color:var(--dim);text-decoration:none}
header nav a[aria-current]{background:var(--soft);color:var(--text);font-weight:600}
header nav span{font-size:12px;font-variant-numeric:tabular-nums;color:var(--dim)}
main,#alert{padding:16px;max-width:1200px;margin:0 auto}#alert{padding-bottom:0}#alert:empty{display:none}
#alert{display:flex;gap:12px;align-items:center}#alert p{margin:0;overflow-wrap:anywhere}
a{color:var(--accent);text-decoration:none;overflow-wrap:anywhere}main a:hover{text-decoration:underline}
button,input,select,textarea{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--edge);border-radius:6px;padding:4px 10px;min-height:32px}
button{cursor:pointer;white-space:nowrap}button:hover{background:var(--soft)}
button.main{background:var(--accent);border-color:var(--accent);color:var(--on)}button.danger{color:var(--bad);border-color:var(--bad)}
td button{min-height:26px;padding:1px 8px;font-size:12px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.tools{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0}td .tools{flex-wrap:nowrap;margin:0;justify-content:flex-end}
.crumbs{margin-bottom:12px;color:var(--dim)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:6px 12px;border-bottom:1px solid var(--line);white-space:nowrap}td:first-child{white-space:normal;min-width:140px}
tr:last-child td{border-bottom:0}th{background:var(--soft);font-weight:600}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
code{font-size:12px;overflow-wrap:anywhere}
.card{border:1px solid var(--line);border-radius:8px;padding:12px 16px;margin-bottom:12px}.card ol{margin:8px 0;padding-left:20px;overflow-wrap:anywhere}
.dim{color:var(--dim)}.good{color:var(--good)}.bad{color:var(--bad)}.wait{color:var(--wait)}
#state{margin-left:auto}
pre{background:var(--soft);border:1px solid var(--line);border-radius:8px;padding:12px;overflow:auto;max-height:60vh;margin:0;font-size:12px}
.empty{padding:24px;text-align:center;color:var(--dim)}
details{margin-top:20px}summary{cursor:pointer;font-weight:600;margin-bottom:6px}
dialog{background:var(--ground);color:var(--text);border:1px solid var(--line);border-radius:10px;padding:16px;width:min(560px,calc(100vw - 32px))}dialog:has(.wide){width:min(960px,calc(100vw - 32px))}
dialog::backdrop{background:rgb(0 0 0/.45)}
dialog label{display:grid;gap:4px}dialog textarea{width:100%;font:12px/1.5 ui-monospace,monospace}dialog p{overflow-wrap:anywhere}
`;
