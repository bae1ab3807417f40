/** A walk from place to place of the workbench, for those who see it first; every stop can be the last. */

import { X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";

import { update, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { Panel } from "../railPanels";
import { STOPS } from "./stops";

const SEEN = "tour-seen";
const GAP = 12;

export function startTour(): void {
  update({ tour: 0 });
}

/** Whether somebody took the tour on this browser, or said that they do not want it. */
function seen(): boolean {
  try {
    return localStorage.getItem(SEEN) !== null;
  } catch {
    // Where nothing can be remembered, nobody is asked every time.
    return true;
  }
}

function remember(): void {
  try {
    localStorage.setItem(SEEN, "1");
  } catch {
    // Storage may be closed; the offer then stays away anyway.
  }
}

/** Offered once, where it hides nothing. */
export function TourOffer(): ReactNode {
  const [open, setOpen] = useState(() => !seen());
  const running = useWorkbench((state) => state.tour !== null);
  if (!open || running) return null;
  const close = (): void => {
    remember();
    setOpen(false);
  };
  return (
    <section className="callout tour-offer" aria-label={t("Tour")}>
      <p>{t("New here? A short tour shows what is where.")}</p>
      <p className="row">
        <button type="button" className="button small primary" onClick={() => { close(); startTour(); }}>{t("Take the tour")}</button>
        <button type="button" className="button small quiet" onClick={close}>{t("Not now")}</button>
      </p>
    </section>
  );
}

export function Tour({ openPanel, openInspector }: { openPanel: (panel: Panel) => void; openInspector: () => void }): ReactNode {
  const at = useWorkbench((state) => state.tour);
  return at === null ? null : <Walk at={at} openPanel={openPanel} openInspector={openInspector} />;
}

function Walk({ at, openPanel, openInspector }: { at: number; openPanel: (panel: Panel) => void; openInspector: () => void }): ReactNode {
  const editable = useWorkbench((state) => state.can.edit && state.mode === "edit");
  const stops = STOPS.filter((stop) => editable || !stop.edits);
  const stop = stops[at];
  const box = useRef<HTMLElement>(null);
  const [place, setPlace] = useState<DOMRect | null>(null);
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      remember();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useEffect(() => {
    if (stop?.panel) openPanel(stop.panel);
    if (stop?.at === ".inspector") openInspector();
    box.current?.focus();
    // Once for each stop; the frame makes new functions with each picture.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [at]);
  useLayoutEffect(() => {
    const target = stop ? document.querySelector(stop.at) : null;
    if (!target) return undefined;
    const measure = (): void => { setPlace(target.getBoundingClientRect()); };
    const watch = new ResizeObserver(measure);
    watch.observe(target);
    watch.observe(document.body);
    measure();
    return () => {
      watch.disconnect();
    };
  }, [stop]);
  if (!stop) return null;
  const go = (to: number): void => { update({ tour: to < 0 || to >= stops.length ? null : to }); };
  const keys = (event: KeyboardEvent): void => {
    if (!["Escape", "ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") update({ tour: null });
    else go(Math.max(0, at + (event.key === "ArrowRight" ? 1 : -1)));
  };
  return (
    <>
      {place && <div className="tour-light" aria-hidden="true" style={{ left: place.left, top: place.top, width: place.width, height: place.height }} />}
      <section className="popover tour" role="dialog" aria-label={t("Tour")} tabIndex={-1} ref={box} onKeyDown={keys} style={beside(place)}>
        <div className="row">
          <h2>{t(stop.title)}</h2>
          <span className="muted push">{t("{n} of {total}", { n: at + 1, total: stops.length })}</span>
          <button type="button" className="button icon quiet small" aria-label={t("Skip the tour")} title={t("Skip the tour")} onClick={() => { update({ tour: null }); }}>
            <X size={14} aria-hidden="true" />
          </button>
        </div>
        <p aria-live="polite">{t(stop.words)}</p>
        <p className="row">
          {at > 0 && <button type="button" className="button small" onClick={() => { go(at - 1); }}>{t("Back")}</button>}
          <button type="button" className="button small primary push" onClick={() => { go(at + 1); }}>{at + 1 === stops.length ? t("Done") : t("Next")}</button>
        </p>
      </section>
    </>
  );
}

const WIDTH = 340;
const HEIGHT = 190;

/** Beside what is shown: right of it, left of it, above it, or in its middle, where there is room. */
function beside(place: DOMRect | null): { left: number; top: number } {
  if (!place) return { left: GAP, top: GAP };
  const within = (value: number, most: number): number => Math.max(GAP, Math.min(value, most - GAP));
  const top = within(place.top + GAP, innerHeight - HEIGHT);
  if (place.right + WIDTH + 2 * GAP < innerWidth) return { left: place.right + GAP, top };
  if (place.left > WIDTH + 2 * GAP) return { left: place.left - WIDTH - GAP, top };
  if (place.top > HEIGHT + 2 * GAP) return { left: within(place.left + GAP, innerWidth - WIDTH), top: place.top - HEIGHT - GAP };
  return { left: within(place.left + place.width / 2 - WIDTH / 2, innerWidth - WIDTH), top: within(place.top + place.height / 2 - HEIGHT / 2, innerHeight - HEIGHT) };
}
