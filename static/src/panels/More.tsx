/** What the bar and the rail have no room for in a narrow window: one menu with all of it. */

import { Ellipsis, SunMoon } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { t } from "../document/text";
import { Profile } from "./Profile";
import { PANELS, type Panel, usePanelWords } from "./railPanels";

const SIZE = { size: 16, "aria-hidden": true } as const;

export function More({ switchTheme, openPanel }: { switchTheme: () => void; openPanel: (panel: Panel) => void }): ReactNode {
  const [open, setOpen] = useState(false);
  const words = usePanelWords();
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
      key={name}
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
          {PANELS.filter(([name]) => name !== "Add").map(([name, Icon]) => item(words(name), <Icon {...SIZE} />, () => { openPanel(name); }))}
          {item(t("Light or dark"), <SunMoon {...SIZE} />, switchTheme)}
        </div>
      )}
    </span>
  );
}
