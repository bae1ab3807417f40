/** The drawing twice, each under its own rules, while two profiles are compared: both ways, and where they part. */

import { type ReactNode, useMemo } from "react";

import { Canvas, type CanvasProps } from "../../canvas/Canvas";
import { type Side, SideContext } from "../../canvas/side";
import { useWide } from "../../canvas/wide";
import { select, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { useFollowed } from "../../protocol/followed";
import { CardLink } from "../reference/FactLinks";
import { Mark } from "../Mark";
import { titleOf, useProfiles } from "../Profile";
import { type Parting, endingOf, legsOfComparison, partingOf, sideOf } from "./compared";
import { stateWord } from "./legs";

/** Whether the drawing is shown twice: an answer is there, and nobody turned it off. */
export function useSplit(): boolean {
  const { events } = useFollowed("compare");
  const wanted = useWorkbench((state) => state.split && state.dock === "compare");
  const wide = useWide();
  return wanted && wide && partingOf(events) !== null;
}

export function Canvases(props: CanvasProps): ReactNode {
  const { events } = useFollowed("compare");
  const drawing = useWorkbench((state) => state.drawing);
  const split = useSplit();
  const shown = useMemo(() => (split ? partingOf(events) : null), [split, events]);
  const a = useMemo(() => (shown ? sideOf(events, "a", drawing) : null), [events, drawing, shown]);
  const b = useMemo(() => (shown ? sideOf(events, "b", drawing) : null), [events, drawing, shown]);
  return (
    <div className={shown ? "panes split" : "panes"}>
      <Pane side={a} parting={shown} props={props} />
      {b && <Pane side={b} parting={shown} props={props} />}
    </div>
  );
}

function Pane({ side, parting, props }: { side: Side | null; parting: Parting | null; props: CanvasProps }): ReactNode {
  return (
    <div className="pane">
      <SideContext value={side}>
        <Canvas {...props} />
      </SideContext>
      {side && parting && <Caption side={side.id === "a" ? "a" : "b"} parting={parting} />}
    </div>
  );
}

/** Whose rules, how it ended, and the rule that decided where the two part. */
function Caption({ side, parting }: { side: "a" | "b"; parting: Parting }): ReactNode {
  const profiles = useProfiles();
  const { events } = useFollowed("compare");
  const { profile, step, card, problems } = parting[side];
  const ending = endingOf(legsOfComparison(events), side);
  const at = step?.at ?? null;
  return (
    <p className="pane-caption" data-testid={`side-${profile}`}>
      <strong>{titleOf(profiles, profile)}</strong> {ending && <Mark state={ending.outcome}>{stateWord(ending)}</Mark>}
      {parting.same && <span className="muted">{t("no difference")}</span>}
      {problems.length > 0 && <span className="muted">{t("refuses the drawing")}</span>}
      {step && (
        <>
          <span className="badge parting">{t("here they part")}</span>{" "}
          {at && <button type="button" className="link mono" onClick={() => { select(at, true); }}>{at}</button>} {step.decision} <CardLink id={card?.id ?? step.card} />
        </>
      )}
    </p>
  );
}
