/** A table that may be wider than its place: it scrolls by itself and shows that there is more. */

import { ChevronLeft, ChevronRight } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

/** Less than this, in pixels, hides nothing that could be read. */
const LEAST = 4;

export function TableWrap({ label, children }: { label: string; children: ReactNode }): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const [more, setMore] = useState({ left: false, right: false });
  useEffect(() => {
    const home = place.current;
    if (!home) return undefined;
    const look = (): void => {
      const left = home.scrollLeft > LEAST;
      const right = home.scrollWidth - home.clientWidth - home.scrollLeft > LEAST;
      setMore((before) => (before.left === left && before.right === right ? before : { left, right }));
    };
    const watch = new ResizeObserver(look);
    watch.observe(home);
    for (const child of home.children) watch.observe(child);
    home.addEventListener("scroll", look, { passive: true });
    return () => {
      watch.disconnect();
      home.removeEventListener("scroll", look);
    };
  }, []);
  return (
    <div className="table-place">
      <div ref={place} className="table-wrap" tabIndex={0} role="region" aria-label={label}>
        {children}
      </div>
      {more.left && <span className="table-more left" aria-hidden="true"><ChevronLeft size={14} /></span>}
      {more.right && <span className="table-more right" aria-hidden="true"><ChevronRight size={14} /></span>}
    </div>
  );
}

/** The caption of a table: as wide as what is in sight, not as the table. */
export function Caption({ children }: { children: ReactNode }): ReactNode {
  return (
    <caption>
      <span className="caption">{children}</span>
    </caption>
  );
}
