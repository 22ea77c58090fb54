/** Constant pieces of the gateway's own pages: look, behaviour and pictures. None of them may contain outside text. */

export const pageStyle = `
:root{color-scheme:light dark;--ground:#f4f6f8;--card:#fff;--edge:#e1e6eb;--ink:#17212b;--soft:#5a6875;--accent:#0f6e84;--on-accent:#fff;--busy:#0f6e84;--busy-ground:#e3f2f5;--bad:#b3261e;--bad-ground:#fcebea;--calm:#4d5b68;--calm-ground:#edf0f3;--shade:0 1px 2px rgb(16 32 48/.05),0 12px 40px rgb(16 32 48/.08)}
@media (prefers-color-scheme:dark){:root{--ground:#0e1419;--card:#161e25;--edge:#27323c;--ink:#e8eef3;--soft:#9aa8b5;--accent:#58c4da;--on-accent:#06252d;--busy:#6ad0e4;--busy-ground:#12303a;--bad:#ff9c94;--bad-ground:#3a1b1a;--calm:#b3c0cb;--calm-ground:#222c35;--shade:0 12px 40px rgb(0 0 0/.35)}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:24px;background:var(--ground);color:var(--ink);font:16px/1.55 Inter,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.card{width:100%;max-width:480px;background:var(--card);border:1px solid var(--edge);border-radius:16px;box-shadow:var(--shade);padding:28px 32px 32px}
.mark{display:flex;align-items:center;gap:9px;margin-bottom:26px;font-weight:650;letter-spacing:-.01em}
.mark svg{width:22px;height:22px;color:var(--accent)}
.names{display:flex;flex-wrap:wrap;gap:0 10px;margin:0 0 14px;color:var(--soft);font-size:14px;overflow-wrap:anywhere}
.names b{color:var(--ink);font-weight:600}
.state{display:inline-flex;align-items:center;gap:7px;margin:0;padding:4px 12px 4px 9px;border-radius:99px;font-size:14px;font-weight:600}
.state svg{width:17px;height:17px;flex:none}
.busy .state{color:var(--busy);background:var(--busy-ground)}
.bad .state{color:var(--bad);background:var(--bad-ground)}
.calm .state{color:var(--calm);background:var(--calm-ground)}
h1{margin:14px 0 6px;font-size:23px;line-height:1.3;font-weight:650;letter-spacing:-.015em;text-wrap:balance}
.note{margin:10px 0 0;overflow-wrap:anywhere;white-space:pre-wrap}
.note:empty{display:none}
.bad .note{padding:10px 14px;border-radius:10px;background:var(--bad-ground);font:13.5px/1.5 ui-monospace,"JetBrains Mono",SFMono-Regular,Menlo,monospace;max-height:40vh;overflow:auto}
.elapsed{margin:2px 0 0;color:var(--soft);font-size:14px;font-variant-numeric:tabular-nums;min-height:1.55em}
.help{margin:12px 0 0;color:var(--soft)}
.action{display:inline-block;margin-top:14px;padding:9px 16px;border-radius:9px;background:var(--accent);color:var(--on-accent);font-weight:600;font-size:15px;text-decoration:none}
.action:hover{filter:brightness(1.07)}
.action:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
.reference{margin:20px 0 0;color:var(--soft);font-size:13px}
.card>:last-child,.card>:last-child>*{margin-bottom:0}
code{font:12.5px ui-monospace,SFMono-Regular,Menlo,monospace}
.turn{transform-origin:50% 50%;animation:turn 1.1s linear infinite}
@keyframes turn{to{transform:rotate(360deg)}}
@media (prefers-reduced-motion:reduce){.turn{animation-duration:6s}}
@media (max-width:420px){.card{padding:22px 20px 26px}}
`;

/** Follows the route's state by server-sent events: shows step and time, reloads when the state is another. */
export const pageScript = `
(() => {
  const card = document.querySelector("[data-state]");
  const note = document.getElementById("note");
  const elapsed = document.getElementById("elapsed");
  const began = performance.now() - Number(card.dataset.seconds) * 1000;
  const reload = (pause) => setTimeout(() => location.reload(), pause);
  const show = () => {
    const seconds = Math.floor((performance.now() - began) / 1000);
    const minutes = Math.floor(seconds / 60);
    elapsed.textContent = "for " + (minutes > 0 ? minutes + " min " : "") + (seconds % 60) + " s";
  };
  if (elapsed) { show(); setInterval(show, 1000); }
  const events = new EventSource("/.berth/status");
  events.onmessage = (event) => {
    const status = JSON.parse(event.data);
    if (status.state !== card.dataset.state) { events.close(); reload(0); return; }
    if (note.textContent !== status.note) note.textContent = status.note;
  };
  events.onerror = () => { if (events.readyState === 2) reload(2000); };
})();
`;

const drawn =
  'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"';

export const wordMark = `<svg ${drawn}><path d="M4 4v9a8 8 0 0 0 16 0V4"/><path d="M9 4v8.5a3 3 0 0 0 6 0V4"/></svg>`;

export const icons = {
  busy: `<svg ${drawn}><circle cx="12" cy="12" r="9" opacity=".25"/><path class="turn" d="M21 12a9 9 0 0 0-9-9"/></svg>`,
  failed: `<svg ${drawn}><circle cx="12" cy="12" r="9"/><path d="m15 9-6 6m0-6 6 6"/></svg>`,
  stopped: `<svg ${drawn}><path d="M20.5 14.2A8.5 8.5 0 0 1 9.8 3.5a8.5 8.5 0 1 0 10.7 10.7Z"/></svg>`,
  unknown: `<svg ${drawn}><circle cx="12" cy="12" r="9"/><path d="m15.5 8.5-2 5-5 2 2-5 5-2Z"/></svg>`,
  unreachable: `<svg ${drawn}><path d="M12 3.5 2.8 19.5h18.4L12 3.5Z"/><path d="M12 10v4.5m0 2.6v.1"/></svg>`,
} as const;
