/** What the bar and the rail have no room for in a narrow window: one menu with all of it. */

import { BookOpen, CircleHelp, Ellipsis, ListTree, SunMoon, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { useWorkbench } from "../document/store";
import { t } from "../document/text";
import { Profile } from "./Profile";
import type { Panel } from "./Rail";

const SIZE = { size: 16, "aria-hidden": true } as const;

export function More({ switchTheme, openPanel }: { switchTheme: () => void; openPanel: (panel: Panel) => void }): ReactNode {
  const [open, setOpen] = useState(false);
  const problems = useWorkbench((state) => state.problems.length);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    box.current?.querySelector<HTMLElement>("select, button, a")?.focus();
    const outside = (event: PointerEvent): void => {
      const target = event.target as Node;
      if (!box.current?.contains(target) && !button.current?.contains(target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
    };
  }, [open]);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const item = (name: string, icon: ReactNode, act: () => void): ReactNode => (
    <button
      type="button"
      className="button quiet"
      onClick={() => {
        act();
        setOpen(false);
      }}
    >
      {icon} {name}
    </button>
  );
  const said = problems > 0 ? t("Problems: {problems}", { problems }) : t("Problems");
  return (
    <span className="more">
      <button type="button" ref={button} className="button quiet icon" aria-label={t("More")} aria-expanded={open} onClick={() => { setOpen(!open); }}>
        <Ellipsis {...SIZE} />
      </button>
      {open && (
        <div
          className="popover more-menu"
          role="dialog"
          aria-label={t("More")}
          ref={box}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.stopPropagation();
            close();
          }}
        >
          <Profile inMenu leave={() => { setOpen(false); }} />
          <hr />
          {item(t("Outline"), <ListTree {...SIZE} />, () => { openPanel("Outline"); })}
          {item(said, <TriangleAlert {...SIZE} />, () => { openPanel("Problems"); })}
          {item(t("Help"), <CircleHelp {...SIZE} />, () => { openPanel("Help"); })}
          {item(t("Rule cards"), <BookOpen {...SIZE} />, () => { openPanel("Rule cards"); })}
          {item(t("Light or dark"), <SunMoon {...SIZE} />, switchTheme)}
        </div>
      )}
    </span>
  );
}
