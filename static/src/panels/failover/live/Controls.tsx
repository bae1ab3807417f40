/** How fast a live race goes, and its end. Who only watches reads the same in words. */

import { Pause, Play, Square } from "lucide-react";
import { type ReactNode, useState } from "react";

import type { Live } from "../../../document/live";
import { t } from "../../../document/text";
import { ask } from "../../../protocol/commands";
import { cancel } from "../../../protocol/followed";
import { Mark } from "../../Mark";
import { Newest } from "./Feed";
import { paceWords } from "./liveWords";

export const PACES = [1, 2, 5, 15, 60];

export function Controls({ run, live, fault_us, mayPress, lost }: { run: string; live: Live; fault_us: number; mayPress: boolean; lost: boolean }): ReactNode {
  const { pace } = live;
  // What it goes back to after a pause.
  const [before, setBefore] = useState(pace || 1);
  if (pace !== 0 && pace !== before) setBefore(pace);
  const paces = PACES.includes(before) ? PACES : [...PACES, before].sort((a, b) => a - b);
  const to = (wanted: number): void => void ask(run, { kind: "pace", pace: wanted });
  return (
    <div className="live-controls" role="group" aria-label={t("Live race")}>
      <span className="live-state" role="status">
        {lost ? (
          <Mark state="queued">{t("Reconnecting; nothing of the race is lost")}</Mark>
        ) : pace === 0 ? (
          <Mark state="queued">{t("Live, paused")}</Mark>
        ) : (
          <span className="pulse">
            <Mark state="running">{t("Live, {paceWords}", { paceWords: paceWords(pace) })}</Mark>
          </span>
        )}
      </span>
      {mayPress && (
        <>
          <button type="button" className="button pause" onClick={() => { to(pace === 0 ? before : 0); }}>
            {pace === 0 ? <Play size={14} aria-hidden="true" /> : <Pause size={14} aria-hidden="true" />} {pace === 0 ? t("Go on") : t("Pause")}
          </button>
          <span className="pace">
            <label className="label" htmlFor="live-pace-now">{t("Pace")}</label>
            <select id="live-pace-now" className="input" value={before} onChange={(event) => { to(Number(event.target.value)); }}>
              {paces.map((one) => (
                <option key={one} value={one}>×{one}</option>
              ))}
            </select>
          </span>
        </>
      )}
      <Newest commands={live.commands} fault_us={fault_us} />
      {mayPress && (
        <span className="row push">
          <button
            type="button"
            className="button quiet"
            onClick={() => {
              if (window.confirm(t("Stop the race for everybody without saving its timeline?"))) void cancel("live");
            }}
          >
            {t("Stop without saving")}
          </button>
          <button type="button" className="button" onClick={() => void ask(run, { kind: "end" })}>
            <Square size={12} aria-hidden="true" /> {t("End and save")}
          </button>
        </span>
      )}
    </div>
  );
}
