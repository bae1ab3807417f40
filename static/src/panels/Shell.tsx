/** The frame of the workbench: bar, rail, canvas, inspector, dock. */

import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { isWide } from "../canvas/wide";
import { useWorkbench } from "../document/store";
import { t } from "../document/text";
import type { Run } from "../document/types";
import { useFollowed } from "../protocol/followed";
import { Bar } from "./Bar";
import { CardDrawer } from "./reference/CardDrawer";
import { Dock } from "./Dock";
import { Notice } from "./Notice";
import { Rail } from "./Rail";
import type { Panel } from "./railPanels";
import { rememberRun } from "./Runs";
import { Share } from "./Share";
import { Inspector } from "./inspector/Inspector";
import { Commands } from "./draw/Commands";
import { Conflicts } from "./draw/Conflicts";
import { Beginning, useFirstSteps } from "./draw/FirstSteps";
import { Printed } from "./draw/Printed";
import { Told } from "./draw/Told";
import { Dialogs } from "./draw/Dialogs";
import { Toolbar } from "./draw/Toolbar";
import { type Action, type Choosing, type Opened, actionsOf, pressed } from "./draw/actions";
import { onConnect, onRehome } from "./draw/carrying";
import { useClipboard } from "./draw/clipboard";
import { enter } from "./draw/parts";
import { move } from "./edits";
import { Tour } from "./tour/Tour";
import { Canvases, useSplit } from "./trace/Split";

export function Shell({ shared, switchTheme }: { shared: Run[] | null; switchTheme: () => void }): ReactNode {
  const [panel, setPanel] = useState<Panel | null>(() => (matchMedia("(min-width: 1200px)").matches ? "Outline" : null));
  const [inspector, setInspector] = useState(() => matchMedia("(min-width: 1200px)").matches);
  const [sharing, setSharing] = useState(false);
  const selection = useWorkbench((state) => state.selection);
  const [commands, setCommands] = useState<{ only: Choosing | null } | null>(null);
  const [opened, setOpened] = useState<Opened>(null);
  useAddress();
  useCardAddress();
  const split = useSplit();
  const [seen, setSeen] = useState(selection);
  if (selection !== seen) {
    setSeen(selection);
    if (selection) setInspector(true);
    // A sheet over the drawing has done its work when something was chosen in it.
    if (selection && !isWide()) setPanel(null);
  }
  const [wasSplit, setWasSplit] = useState(split);
  if (split !== wasSplit) {
    setWasSplit(split);
    // Two pictures beside each other need the room.
    if (split) setPanel(null);
    if (split && !selection) setInspector(false);
  }
  const reference = useWorkbench((state) => state.reference);
  const [referred, setReferred] = useState(reference);
  if (reference !== referred) {
    setReferred(reference);
    if (reference) setPanel("Rule cards");
  }
  const actions = useMemo(
    () =>
      actionsOf({
        togglePanel: (wanted) => {
          // By key: the focus goes along, and goes on to the drawing from a panel that closes.
          const closes = document.querySelector(`.rail-panel[data-panel="${wanted}"]`) !== null;
          setPanel(closes ? null : wanted);
          enter(closes ? ".canvas" : ".rail-panel");
        },
        toggleInspector: () => { setInspector((now) => !now); },
        openCommands: (only) => { setCommands({ only: only ?? null }); },
        open: setOpened,
      }),
    [],
  );
  useKeys(actions);
  useClipboard();
  useFirstSteps();
  const inspect = (): void => {
    setInspector(true);
    enter(".inspector");
  };
  return (
    <div className={`workbench${inspector ? "" : " no-inspector"}`}>
      <Bar
        share={() => { setSharing(!sharing); }}
        inspector={() => { setInspector(!inspector); }}
        open={inspector}
        switchTheme={switchTheme}
        find={() => { setCommands({ only: null }); }}
        openPanel={(wanted) => {
          setInspector(false);
          setPanel(wanted);
        }}
      />
      {sharing && <Share close={() => { setSharing(false); }} />}
      <Rail panel={panel} setPanel={setPanel} actions={actions} inspect={inspect} />
      <main className="canvas" id="main" tabIndex={-1}>
        <Toolbar actions={actions} />
        <Printed />
        <Canvases onMoved={move} onConnect={onConnect} onRehome={onRehome} />
        <Beginning />
        <Told />
        <Conflicts />
      </main>
      {inspector && (
        <aside className="inspector" aria-label={t("Inspector")} tabIndex={-1}>
          <Inspector />
        </aside>
      )}
      <Dock shared={shared} />
      <CardDrawer />
      <Tour openPanel={setPanel} openInspector={() => { setInspector(true); }} />
      <Notice />
      {commands && <Commands actions={actions} only={commands.only} close={() => { setCommands(null); }} />}
      {opened !== null && <Dialogs opened={opened} close={() => { setOpened(null); }} />}
    </div>
  );
}

/** Keys of actions, while nobody writes; editing keys not in the dock, which has keys of its own. */
function useKeys(actions: Action[]): void {
  // With the first picture: a key pressed the moment it is there must not be lost.
  useLayoutEffect(() => {
    const keys = (event: KeyboardEvent): void => {
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      const action = actions.find((one) => pressed(event, one.keys));
      if (!action || event.defaultPrevented) return;
      const anywhere = action.id === "commands" && event.ctrlKey;
      if (!anywhere && target.closest("input, select, textarea, dialog[open], .popover")) return;
      if (target.closest(".dock") && ["Edit", "Add", "Arrange"].includes(action.group) && !["undo", "redo"].includes(action.id)) return;
      if (!action.enabled()) return;
      event.preventDefault();
      action.run();
    };
    window.addEventListener("keydown", keys);
    return () => {
      window.removeEventListener("keydown", keys);
    };
  }, [actions]);
}

/** Keep the card that is open in the address bar, so that the address shows it again. */
function useCardAddress(): void {
  const card = useWorkbench((state) => state.card);
  useEffect(() => {
    const url = new URL(location.href);
    if (url.searchParams.get("card") === card) return;
    if (card === null) url.searchParams.delete("card");
    else url.searchParams.set("card", card);
    history.replaceState(history.state, "", url);
  }, [card]);
}

/** Keep the run that was started last in the address bar, so that the address brings it back; not one in the background. */
function useAddress(): void {
  const ids = [useFollowed("trace").id, useFollowed("compare").id, useFollowed("failover").id, useFollowed("trials").id, useFollowed("sweep").id, useFollowed("live").id, useFollowed("reach").id, useFollowed("exposed").id];
  const before = useRef(ids);
  useEffect(() => {
    const fresh = ids.find((id, index) => id !== null && id !== before.current[index]);
    before.current = ids;
    if (fresh) rememberRun(fresh);
  });
}
