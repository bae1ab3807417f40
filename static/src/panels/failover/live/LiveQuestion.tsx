/** Asks for a live race: who races, what they protect, how fast it goes. */

import { Radio } from "lucide-react";
import { type ReactNode, useState } from "react";

import { useWorkbench } from "../../../document/store";
import { t } from "../../../document/text";
import { isLive, start, useFollowed } from "../../../protocol/followed";
import { DesignChips } from "../DesignChips";
import { MOST_DESIGNS, type Picked, chosenOf, useChoice } from "../choice";
import { PACES } from "./Controls";

export function LiveQuestion(): ReactNode {
  const runnable = useWorkbench((state) => state.runnable);
  const drawing = useWorkbench((state) => state.drawing);
  const followed = useFollowed("live");
  const choice = useChoice();
  const [picked, setPicked] = useState<Picked>({});
  const [protects, setProtects] = useState("");
  const [pace, setPace] = useState(1);
  const [opened, setOpened] = useState<boolean | null>(null);
  if (isLive(followed)) return null; // what can be pressed stands below
  if (!runnable) return <p className="muted">{t("The drawing has problems, so it cannot be run.")}</p>;
  if (!choice) return <p className="skeleton">{t("Looking which designs this drawing can play")}</p>;
  if (choice.error) return <p role="alert" className="callout danger">{choice.error}</p>;
  const machines = drawing.vnets.flatMap((vnet) => vnet.subnets.flatMap((subnet) => subnet.machines));
  const appliances = machines.filter((machine) => machine.appliance);
  const designs = chosenOf(choice.designs, picked);
  const wrong = designs.length > MOST_DESIGNS ? t("Choose at most {MOST_DESIGNS} designs.", { MOST_DESIGNS }) : "";
  const open = opened ?? followed.run === null;
  return (
    <form
      className="question"
      aria-label={t("Live race")}
      onSubmit={(event) => {
        event.preventDefault();
        void start("live", { designs, protects: protects || null, pace });
      }}
    >
      <div className="field">
        <label htmlFor="live-protects">{t("Appliance they protect")}</label>
        <select id="live-protects" value={protects} onChange={(event) => { setProtects(event.target.value); }}>
          <option value="">{t("the first one")}</option>
          {appliances.map((machine) => (
            <option key={machine.id} value={machine.id}>{machine.name}</option>
          ))}
        </select>
      </div>
      <DesignChips playable={choice.designs} designs={designs} pick={(id, on) => { setPicked({ ...picked, [id]: on }); }} open={open} opened={followed.run !== null || opened !== null ? setOpened : null} />
      <span className="row actions">
        <span className="field narrow">
          <label htmlFor="live-pace">{t("Pace")}</label>
          <select id="live-pace" value={pace} onChange={(event) => { setPace(Number(event.target.value)); }}>
            {PACES.map((one) => (
              <option key={one} value={one}>×{one}</option>
            ))}
          </select>
        </span>
        <button type="submit" className="button primary" disabled={designs.length === 0 || wrong !== ""}>
          <Radio size={14} aria-hidden="true" /> {t("Play live")}
        </button>
      </span>
      {wrong && <p role="alert" className="field-error">{wrong}</p>}
    </form>
  );
}
