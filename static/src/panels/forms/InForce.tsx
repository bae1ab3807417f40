/** What a route table or a security group makes of a NIC that it serves, as it is typed and before it is saved. */

import { type ReactNode, useEffect, useState } from "react";

import type { Nic } from "../../document/drawing";
import { entries, text } from "../../document/raw";
import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { Rules } from "../../document/types";
import { useTyping } from "../../document/typing";
import { type Routes, api } from "../../protocol/api";
import { words } from "../../protocol/followed";
import { RoutesTable } from "../inspector/Routes";
import { RulesTable } from "../inspector/Rules";

/** People pause so long between two thoughts, not between two letters. */
const PAUSE_MS = 250;

type Collection = "route_tables" | "security_groups";

/** Whether a map of the document is a table whose effect can be shown beside it; then its collection and id. */
export function servesNics(path: string): { collection: Collection; id: string } | null {
  const [collection = "", id = ""] = path.split("/");
  return collection === "route_tables" || collection === "security_groups" ? { collection, id } : null;
}

export function InForce({ collection, id }: { collection: Collection; id: string }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const drawing = useWorkbench((state) => state.drawing);
  const [chosen, setChosen] = useState("");
  const field = collection === "route_tables" ? "route_table" : "security_group";
  const subnets = new Set(entries(document, "subnets").filter(([, one]) => one[field] === id).map(([key]) => key));
  const served = entries(document, "nics").filter(([, nic]) => subnets.has(text(nic.subnet)) || nic[field] === id);
  const all = drawing.vnets.flatMap((vnet) => vnet.subnets.flatMap((subnet) => [...subnet.machines.flatMap((machine) => machine.nics), ...subnet.nics]));
  const nics = all.filter((nic: Nic) => served.some(([key]) => key === nic.id));
  const nic = nics.find((one) => one.path === chosen) ?? nics[0];
  if (!nic) return <p className="muted">{t("It serves no NIC yet, so there is nothing in force to show.")}</p>;
  return (
    <section aria-label={t("In force")} className="in-force" data-testid="in-force">
      <h3>{t("In force")}</h3>
      {nics.length > 1 && (
        <label className="row">
          <span className="label">{t("at NIC")}</span>
          <select className="input" value={nic.path} onChange={(event) => { setChosen(event.target.value); }}>
            {nics.map((one) => (
              <option key={one.path} value={one.path}>{one.name}</option>
            ))}
          </select>
        </label>
      )}
      {collection === "route_tables" ? <Followed key={nic.id} nic={nic} title={nics.length > 1 ? null : nic.name} kind="routes" /> : <Followed key={nic.id} nic={nic} title={nics.length > 1 ? null : nic.name} kind="rules" />}
    </section>
  );
}

interface Found {
  routes: Routes | null;
  rules: Rules | null;
}

/** The answer for the drawing as it is saved, and for what is typed on top of it. */
function useInForce(nic: Nic, kind: keyof Found): { saved: Found | null; typed: Found | null; said: string } {
  const revision = useWorkbench((state) => state.revision);
  const runnable = useWorkbench((state) => state.runnable);
  const busy = useWorkbench((state) => state.saved === "saving" || state.saved === "waiting");
  const typing = useTyping();
  const [saved, setSaved] = useState<Found | null>(null);
  const [typed, setTyped] = useState<Found | null>(null);
  const [said, setSaid] = useState("");
  const pointer = typing?.pointer;
  const value = typing?.value === undefined ? undefined : JSON.stringify(typing.value);
  useEffect(() => {
    let here = true;
    // What was shown stays until there is something newer: an edit on its way to the server changes nothing yet.
    if (busy || pointer !== undefined || !runnable) return undefined;
    const asked: Promise<Found> = kind === "routes" ? api.routes(nic.id).then((routes) => ({ routes, rules: null })) : api.rules(nic.id).then((rules) => ({ rules, routes: null }));
    asked.then(
      (found) => {
        if (!here) return;
        setSaved(found);
        setTyped(null);
        setSaid("");
      },
      (error: unknown) => {
        if (here) setSaid(words(error));
      },
    );
    return () => {
      here = false;
    };
  }, [nic.id, kind, revision, runnable, busy, pointer]);
  useEffect(() => {
    if (busy || pointer === undefined || value === undefined) return undefined;
    let here = true;
    const timer = window.setTimeout(() => {
      api.preview(revision, [{ op: "add", path: pointer, value: JSON.parse(value) as never }], nic.id).then(
        (found) => {
          if (!here) return;
          if (found.runnable) setTyped(found);
          setSaid(found.runnable ? "" : t("So typed, the drawing has a problem; this is as before. {problem}", { problem: problemIn(found.problems) }));
        },
        (error: unknown) => {
          if (here) setSaid(words(error));
        },
      );
    }, PAUSE_MS);
    return () => {
      here = false;
      window.clearTimeout(timer);
    };
  }, [nic.id, revision, busy, pointer, value]);
  if (pointer !== undefined && value === undefined) return { saved, typed, said: t("What is typed cannot be read yet; this is as before.") };
  // A drawing that was saved with problems answers nothing, and what was typed before is no answer either.
  return { saved, typed: runnable || busy || pointer !== undefined ? typed : null, said };
}

function problemIn(problems: { found: string; expected: string }[]): string {
  const [first] = problems;
  return first ? t("Found {found}, expected {expected}.", { found: first.found, expected: first.expected }) : "";
}

function Followed({ nic, title, kind }: { nic: Nic; title: string | null; kind: keyof Found }): ReactNode {
  const runnable = useWorkbench((state) => state.runnable);
  const { saved, typed, said } = useInForce(nic, kind);
  const shown = typed ?? (runnable ? saved : null);
  return (
    <>
      <p className={`in-force-state ${typed ? "typed" : "muted"}`} role="status">
        {typed ? t("As typed, not saved yet.") : shown ? t("As saved.") : ""} {said}
      </p>
      {!shown && !runnable && !said && <p className="muted">{t("The drawing has problems, so there is no answer yet.")}</p>}
      {!shown && runnable && !said && <p className="skeleton">{t("Working it out")}</p>}
      {shown?.routes && <RoutesTable nic={nic} title={title} answer={shown.routes} before={typed ? (saved?.routes?.routes ?? null) : null} />}
      {shown?.rules && <RulesTable nic={nic} title={title} answer={shown.rules} before={typed ? (saved?.rules ?? null) : null} />}
    </>
  );
}
