/** The runs of this scenario, newest first; opening one puts it into the address bar. */

import { type ReactNode, useCallback, useEffect, useState } from "react";

import { isObject } from "../document/drawing";
import { withoutMoment } from "../document/moment";
import { asAsked } from "../document/packet";
import { type Dock, update, useWorkbench } from "../document/store";
import { t } from "../document/text";
import type { JsonObject, Run, RunKind } from "../document/types";
import { api } from "../protocol/api";
import { follow, forget, useFollowed, words } from "../protocol/followed";
import { Asked } from "./Asked";
import { Mark } from "./Mark";
import { LISTED, askedOf, isQuestion } from "./questions";

const DOCKS: Record<RunKind, Dock> = { trace: "trace", compare: "compare", why: "trace", failover: "failover", trials: "failover", sweep: "failover", live: "failover", import: "runs", matrix: "matrix", reach: "runs", exposed: "runs", difference: "edits" };

/** Show a run where runs of its kind are shown. */
export function openRun(run: Run, remember = true): void {
  if (run.kind === "why") forget("trace"); // its own question stands above it
  if (LISTED.some((kind) => kind === run.kind)) for (const kind of LISTED) forget(kind); // one answer stands above the list
  follow(run);
  const packet = packetOfRun(run);
  update({ dock: DOCKS[run.kind], ...(packet ? { asked: asAsked(packet), predicting: false } : {}) });
  if (remember) rememberRun(run.id);
}

/** The packet that a run was asked about, so that its form can ask again; null where it was asked about none. */
function packetOfRun({ kind, parameters }: Run): JsonObject | null {
  if (kind === "compare") return isObject(parameters.packet) ? parameters.packet : null;
  return kind === "trace" || kind === "why" ? parameters : null;
}

export function rememberRun(id: string): void {
  const url = new URL(location.href);
  if (url.searchParams.get("run") === id) return;
  url.searchParams.set("run", id);
  history.pushState(null, "", withoutMoment(url.href)); // a moment belongs to the run before
}

export function Runs({ shared }: { shared: Run[] | null }): ReactNode {
  const [runs, setRuns] = useState<Run[] | null>(shared);
  const [error, setError] = useState<string | null>(null);
  const mode = useWorkbench((state) => state.mode);
  const states = [useFollowed("trace"), useFollowed("compare"), useFollowed("failover"), useFollowed("trials"), useFollowed("sweep"), useFollowed("live"), useFollowed("matrix"), useFollowed("reach"), useFollowed("exposed"), useFollowed("difference")].map((one) => one.run?.state ?? "");
  const load = useCallback(() => {
    if (mode === "shared") return;
    api.runs().then(
      (found) => {
        setRuns(found.items);
        setError(null);
      },
      (reason: unknown) => {
        setError(words(reason));
      },
    );
  }, [mode]);
  useEffect(load, [load, states.join()]);
  if (error) return <p role="alert" className="callout danger">{error}</p>;
  if (runs === null) return <p className="skeleton">{t("Looking for runs")}</p>;
  if (runs.length === 0) return <p className="muted">{t("No runs yet: trace a packet, or let designs race.")}</p>;
  return (
    <>
      {LISTED.map((kind) => (
        <Asked key={kind} kind={kind} />
      ))}
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t("Runs")}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("Run")}</th>
              <th scope="col">{t("State")}</th>
              <th scope="col">{t("What")}</th>
              <th scope="col">{t("Revision")}</th>
              <th scope="col">{t("Seed")}</th>
              <th scope="col">{t("Began (UTC)")}</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <td>
                  <button type="button" className="link" onClick={() => { openRun(run); }}>
                    {run.kind}
                  </button>
                </td>
                <td>
                  <Mark state={run.state} />
                </td>
                <td className="mono">{what(run)}</td>
                <td className="number">{run.revision}</td>
                <td className="number">{run.seed}</td>
                <td className="mono">{(run.started_at ?? run.created_at).slice(0, 19).replace("T", " ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function what(run: Run): string {
  const { parameters: p } = run;
  if (isQuestion(run.kind)) return askedOf(run);
  const packet = isObject(p.packet) ? p.packet : p;
  const question = `${String(packet.source)} > ${String(packet.destination)} ${String(packet.protocol)}/${String(packet.destination_port ?? "")}`;
  if (run.kind === "trace" || run.kind === "why") return question;
  if (run.kind === "compare") return t("{question} under {profile}", { question, profile: String(p.profile) });
  const designs = Array.isArray(p.designs) ? p.designs.join(" against ") : "";
  if (run.kind === "sweep") return `${String(p.parameter)}: ${designs}`;
  return run.kind === "trials" ? `${Number(p.n).toLocaleString("en")} × ${designs}` : designs;
}
