"use client";

import { useEffect, useRef } from "react";

const DELAY_MS = 350;
const GAP_PX = 6;

/**
 * One tooltip for the whole page. Any element may carry `data-tip="…"`, also one rendered on the server: the text shows on hover and
 * on keyboard focus, in the top layer so that nothing clips it. It repeats what the element's own name says, never more.
 */
export function TooltipLayer() {
  const ref = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const tip = ref.current;
    if (tip === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const hide = () => {
      clearTimeout(timer);
      if (tip.matches(":popover-open")) tip.hidePopover();
    };
    const showFor = (target: Element, delay: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => show(tip, target), delay);
    };
    const onOver = (event: PointerEvent) => {
      if (event.pointerType === "touch") return;
      const target = tipped(event.target);
      if (target === null) hide();
      else showFor(target, DELAY_MS);
    };
    const onFocus = (event: FocusEvent) => {
      const target = tipped(event.target);
      if (target?.matches(":focus-visible") === true) showFor(target, 0);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") hide();
    };

    const stop = new AbortController();
    const { signal } = stop;
    document.addEventListener("pointerover", onOver, { signal });
    document.addEventListener("focusin", onFocus, { signal });
    document.addEventListener("focusout", hide, { signal });
    document.addEventListener("pointerdown", hide, { signal });
    document.addEventListener("scroll", hide, { signal, capture: true, passive: true });
    document.addEventListener("keydown", onKey, { signal });
    return () => {
      hide();
      stop.abort();
    };
  }, []);

  return (
    <div
      ref={ref}
      popover="manual"
      aria-hidden
      className="bg-ink text-canvas shadow-float pointer-events-none fixed m-0 max-w-72 rounded-xs px-2 py-1 text-xs font-medium"
    />
  );
}

function tipped(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest("[data-tip]") : null;
}

function show(tip: HTMLElement, target: Element): void {
  const text = target.getAttribute("data-tip");
  if (text === null || text === "" || !target.isConnected) return;
  tip.textContent = text;
  if (!tip.matches(":popover-open")) tip.showPopover();
  const at = target.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const below = at.bottom + GAP_PX + own.height < window.innerHeight;
  const left = Math.min(Math.max(GAP_PX, at.left + at.width / 2 - own.width / 2), window.innerWidth - own.width - GAP_PX);
  tip.style.left = `${left}px`;
  tip.style.top = `${below ? at.bottom + GAP_PX : at.top - GAP_PX - own.height}px`;
}
