/** The bar: whose drawing this is, under which rules, whether it is saved, and what can be done with it. */

import { GraduationCap, PanelRight, Search, Share2, SunMoon } from "lucide-react";
import { type ReactNode, useState } from "react";

import { useWide } from "../canvas/wide";
import { type Saved as SavedState, useWorkbench } from "../document/store";
import { t } from "../document/text";
import { api } from "../protocol/api";
import { words } from "../protocol/followed";
import { More } from "./More";
import { Profile } from "./Profile";
import type { Panel } from "./railPanels";
import { rename } from "./edits";

interface Props {
  share: () => void;
  inspector: () => void;
  open: boolean;
  switchTheme: () => void;
  find: () => void;
  openPanel: (panel: Panel) => void;
}

export function Bar({ share, inspector, open, switchTheme, find, openPanel }: Props): ReactNode {
  const mode = useWorkbench((state) => state.mode);
  const can = useWorkbench((state) => state.can);
  const [error, setError] = useState<string | null>(null);
  const fork = (): void => {
    api.fork().then(
      (made) => { location.assign(made.url); },
      (reason: unknown) => { setError(words(reason)); },
    );
  };
  return (
    <header className="bar">
      <a className="brand" href="/" aria-label={t("My scenarios")}>
        <img src="/static/icon.svg" alt="" width={20} height={20} />
      </a>
      <Name />
      <Exercise />
      <Saved />
      <Profile />
      {mode === "shared" && <span className="badge"><span className="wide-words">{t("shared revision,")} </span>{t("read only")}</span>}
      {error && <span role="alert" className="field-error">{error}</span>}
      <span className="push" />
      <button type="button" className="button quiet optional" title={t("Find a command or a thing")} onClick={find}>
        <Search size={15} aria-hidden="true" /> {t("Find")} <kbd>{t("Ctrl K")}</kbd>
      </button>
      <button type="button" className="button quiet icon optional" aria-label={t("Switch between light and dark")} onClick={switchTheme}>
        <SunMoon size={16} aria-hidden="true" />
      </button>
      <button type="button" className="button quiet icon" aria-label={t("Inspector")} aria-pressed={open} onClick={inspector}>
        <PanelRight size={16} aria-hidden="true" />
      </button>
      <More switchTheme={switchTheme} openPanel={openPanel} />
      {can.fork && mode === "shared" && (
        <button type="button" className="button primary" onClick={fork}>
          {t("Fork")}
        </button>
      )}
      {can.share && (
        <button type="button" className="button" onClick={share}>
          <Share2 size={14} aria-hidden="true" /> {t("Share")}
        </button>
      )}
    </header>
  );
}

function Name(): ReactNode {
  const name = useWorkbench((state) => state.name);
  const wide = useWide();
  const can = useWorkbench((state) => state.can.edit) && wide;
  const [typed, setTyped] = useState<string | null>(null);
  if (!can) return <h1 title={name}>{name}</h1>;
  if (typed === null)
    return (
      <h1>
        <button type="button" className="name" title={t("{name} (click to rename)", { name })} onClick={() => { setTyped(name); }}>
          {name}
        </button>
      </h1>
    );
  const keep = (): void => {
    rename(typed.trim());
    setTyped(null);
  };
  return (
    <input
      className="input"
      aria-label={t("Name of the scenario")}
      autoFocus
      maxLength={120}
      value={typed}
      onChange={(event) => { setTyped(event.target.value); }}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === "Enter") keep();
        if (event.key === "Escape") setTyped(null);
      }}
    />
  );
}

/** The way back to the task, for a drawing that is an attempt of an exercise. */
function Exercise(): ReactNode {
  const exercise = useWorkbench((state) => state.exercise);
  if (!exercise) return null;
  return (
    <a className="button small" href={exercise.url} title={t("Task, hints and checks of {title}", { title: exercise.title })}>
      <GraduationCap size={14} aria-hidden="true" /> {t("Exercise")}
    </a>
  );
}

const SAVED: Record<SavedState, string> = {
  saved: t("saved"),
  saving: t("saving …"),
  waiting: t("not saved, trying again"),
  "signed out": t("not saved"),
  deleted: t("not saved"),
  failed: t("not saved"),
  stale: t("saved on top of another edit"),
};

function Saved(): ReactNode {
  const mode = useWorkbench((state) => state.mode);
  const saved = useWorkbench((state) => state.saved);
  const message = useWorkbench((state) => state.message);
  if (mode === "shared") return null;
  return (
    <span className="saved optional" role="status" title={message ?? undefined}>
      {SAVED[saved]}
      {message && saved === "stale" && <span> · {message}</span>}
    </span>
  );
}
