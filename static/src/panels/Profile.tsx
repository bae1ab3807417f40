/** The rules the drawing is run under, in the bar: switching them is an edit; comparing them is a question. */

import { GitCompareArrows } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";

import { useWide } from "../canvas/wide";
import { text } from "../document/drawing";
import { update, useWorkbench } from "../document/store";
import { t } from "../document/text";
import { type Profile as Rules, api } from "../protocol/api";
import { chooseProfile } from "./edits";

let loading: Promise<Rules[]> | null = null;

/** The profiles there are, read once per page; empty until they came. */
export function useProfiles(): Rules[] {
  const [found, setFound] = useState<Rules[]>([]);
  useEffect(() => {
    let here = true;
    loading ??= api.profiles().then(
      (answer) => answer.items,
      () => [],
    );
    void loading.then((items) => {
      if (here) setFound(items);
    });
    return () => {
      here = false;
    };
  }, []);
  return found;
}

/** The title of a profile; its id while the titles are on their way, or when there is none. */
export function titleOf(profiles: Rules[], id: string): string {
  return profiles.find((profile) => profile.id === id)?.title ?? id;
}

/** In the bar; `inMenu` for the menu of a narrow window, where `leave` closes it. */
export function Profile({ inMenu = false, leave }: { inMenu?: boolean; leave?: () => void }): ReactNode {
  const profiles = useProfiles();
  const wide = useWide();
  const own = useWorkbench((state) => text(state.document.profile, "azure-2026"));
  const edit = useWorkbench((state) => state.can.edit) && (wide || inMenu);
  const run = useWorkbench((state) => state.can.run);
  const described = profiles.find((profile) => profile.id === own)?.description;
  const known = profiles.some((profile) => profile.id === own);
  return (
    <span className={inMenu ? "profile" : "profile optional"}>
      {edit ? (
        <select
          className="input"
          aria-label={t("Rules of the provider")}
          title={described}
          value={own}
          onChange={(event) => { chooseProfile(event.target.value); }}
        >
          {!known && <option value={own}>{own}</option>}
          {profiles.map((profile) => (
            <option key={profile.id} value={profile.id}>
              {profile.title}
            </option>
          ))}
        </select>
      ) : (
        <span className="badge" title={described}>
          {titleOf(profiles, own)}
        </span>
      )}
      {run && (
        <button type="button" className="button quiet" onClick={() => {
            update({ dock: "compare" });
            leave?.();
          }}>
          <GitCompareArrows size={14} aria-hidden="true" /> {t("Compare with…")}
        </button>
      )}
    </span>
  );
}
