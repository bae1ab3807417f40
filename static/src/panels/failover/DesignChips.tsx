/** Who races: one chip for each design that can be played. */

import type { ReactNode } from "react";

import { t } from "../../document/text";
import type { Design } from "../../protocol/api";

interface Props {
  playable: Design[];
  /** Ids of the chosen ones. */
  designs: string[];
  pick: (id: string, on: boolean) => void;
  /** All are in sight; else only the chosen ones. */
  open: boolean;
  /** Opens and closes; null: it stays as it is. */
  opened: ((open: boolean) => void) | null;
}

export function DesignChips({ playable, designs, pick, open, opened }: Props): ReactNode {
  return (
    <fieldset className="designs">
      <legend className="label">{t("Designs, up to six")}</legend>
      <span className="chips">
        {playable.filter((design) => open || designs.includes(design.id)).map((design) => (
          <label key={design.id} className="chip" title={design.description}>
            <input type="checkbox" checked={designs.includes(design.id)} onChange={(event) => { pick(design.id, event.target.checked); }} /> {design.title}{" "}
            <span className="badge mono">{design.mechanism}</span>
          </label>
        ))}
        {(open ? playable.length > 1 : playable.length > designs.length) && opened && (
          <button type="button" className="button small quiet" aria-expanded={open} onClick={() => { opened(!open); }}>
            {open ? t("Only the chosen") : t("All {playable} designs", { playable: playable.length })}
          </button>
        )}
        {playable.length === 0 && <span className="muted">{t("None can be played for this fault.")}</span>}
      </span>
    </fieldset>
  );
}
