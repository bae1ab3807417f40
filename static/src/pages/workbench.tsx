/** The workbench page: takes what the server put into it, reads the scenario, shows the frame. */

import "../styles/site.css";
import "../styles/canvas.css";
import "../styles/workbench.css";
import "../styles/runs.css";
import "../styles/failover.css";
import "../styles/numbers.css";
import "../styles/live.css";
import "../styles/trace.css";
import "../styles/draw.css";
import "../styles/forms.css";
import "../styles/matrix.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { placesOf } from "../document/places";
import { choose, update } from "../document/store";
import { t } from "../document/text";
import type { Bootstrap, Run } from "../document/types";
import { api, configure } from "../protocol/api";
import { start, words } from "../protocol/followed";
import { openRun } from "../panels/Runs";
import { Shell } from "../panels/Shell";
import { replayOf, withoutReplay } from "../panels/failover/live/replay";
import { watchMatrix } from "../panels/matrix/results";
import { resume, show, watchNetwork } from "../panels/edits";
import { followTheme, switchTheme } from "./site/theme";

followTheme();

async function begin(): Promise<void> {
  const home = document.getElementById("app");
  const data = document.getElementById("bootstrap");
  if (!home || !data) return;
  const bootstrap = JSON.parse(data.textContent ?? "{}") as Bootstrap;
  configure(bootstrap);
  const { mode, can, user, exercise = null, withheld = [] } = bootstrap;
  const card = new URL(location.href).searchParams.get("card");
  update({ mode, can, user, exercise, withheld, card, id: bootstrap.scenario.id ?? null, ...bootstrap.scenario });
  watchNetwork();
  watchMatrix();
  let shared: Run[] | null = null;
  try {
    const answer = await api.scenario();
    show(answer);
    const places = placesOf(location.href, answer.document);
    if (places.length > 0) choose(places, true);
    void resume();
    if (mode === "shared") shared = answer.runs ?? [];
  } catch (error) {
    home.textContent = words(error);
    return;
  }
  createRoot(home).render(
    <StrictMode>
      <Shell shared={shared} switchTheme={switchTheme} />
    </StrictMode>,
  );
  const restore = (): void => {
    void restoreRun(shared);
  };
  window.addEventListener("popstate", restore);
  restore();
}

/** Open the run that the address names; on a shared page without one, the newest of each kind. */
async function restoreRun(shared: Run[] | null): Promise<void> {
  const wanted = new URL(location.href).searchParams.get("run");
  if (shared) {
    const named = shared.find((run) => run.id === wanted);
    for (const kind of ["sweep", "trials", "live", "failover", "difference", "exposed", "reach", "matrix", "compare", "why", "trace"] as const) {
      const newest = shared.find((run) => run.kind === kind);
      if (newest && !named) openRun(newest, false);
    }
    // What goes on now is what the link was sent for.
    const playing = shared.find((run) => run.kind === "live" && run.state === "running");
    const first = named ?? playing;
    if (first) openRun(first, false);
    return;
  }
  const replay = replayOf(location.href);
  if (replay) {
    history.replaceState(null, "", withoutReplay(location.href));
    update({ dock: "failover" });
    await start("failover", replay);
    return;
  }
  if (!wanted) return;
  try {
    openRun(await api.run(wanted), false);
  } catch (error) {
    update({ message: t("The run of this address cannot be opened: {words}", { words: words(error) }) });
  }
}

void begin();
