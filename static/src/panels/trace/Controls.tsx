/** The player's buttons and its slider. */

import { Pause, Play, SkipBack, SkipForward, StepBack, StepForward } from "lucide-react";
import type { ReactNode } from "react";

import { t } from "../../document/text";
import type { Player } from "../../playback/player";

export function Controls({ player, count, shown }: { player: Player; count: number; shown: number }): ReactNode {
  const button = (name: string, icon: ReactNode, act: () => void, main = false): ReactNode => (
    <button type="button" className={main ? "button small icon" : "button small icon quiet"} aria-label={name} onClick={act}>
      {icon}
    </button>
  );
  const size = { size: 14, "aria-hidden": true } as const;
  return (
    <div className="player" role="group" aria-label={t("Player of the trace")}>
      {button(t("To the start"), <SkipBack {...size} />, () => { player.seek(0); })}
      {button(t("One step back"), <StepBack {...size} />, () => { player.seek(shown - 1); })}
      {button(player.playing ? t("Pause") : t("Play"), player.playing ? <Pause {...size} /> : <Play {...size} />, player.toggle, true)}
      {button(t("One step on"), <StepForward {...size} />, () => { player.seek(shown + 1); })}
      {button(t("To the end"), <SkipForward {...size} />, () => { player.seek(count); })}
      <input type="range" aria-label={t("Step")} min={0} max={count} step={1} value={shown} onChange={(event) => { player.seek(Number(event.target.value)); }} />
      <span className="mono muted">
        {shown} / {count}
      </span>
    </div>
  );
}
