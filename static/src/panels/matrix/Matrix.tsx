/** Who reaches whom: all pairs of VMs by port. Every edit asks again in the background (see results). */

import { Play } from "lucide-react";
import { type ReactNode, useEffect, useId, useState } from "react";

import { holds } from "../../document/edited";
import { t } from "../../document/text";
import { portsOf } from "./cells";
import { useWorkbench } from "../../document/store";
import { text } from "../../document/drawing";
import { type Followed, isLive, quiet, useFollowed } from "../../protocol/followed";
import { useWatched } from "../edited/watch";
import { Progress } from "../failover/Progress";
import { rememberRun } from "../Runs";
import { Fault, Waiting } from "../Waiting";
import { unknownOf } from "../questions";
import { Grid } from "./Grid";
import { PORTED, ask, look, useResults, usual } from "./results";

const PROTOCOLS = ["tcp", "udp", "icmp", "icmpv6", "esp", "ah", "gre"];

export function Matrix(): ReactNode {
  const followed = useFollowed("matrix");
  const { shown, before, error } = useResults();
  useEffect(look, [shown]);
  const can = useWorkbench((state) => state.can.run);
  const { watch } = useWatched();
  const live = isLive(followed);
  const done = followed.events.findLast((event) => event.event === "matrix.port")?.done;
  const of = followed.events.find((event) => event.event === "matrix.began")?.of;
  // Of a shared page nothing changes, so what it shows holds.
  const old = shown !== null && (can ? !holds(watch, shown.run.revision) : false);
  const waits = live || (followed.run?.state === "succeeded" && shown?.run.id !== followed.run.id);
  return (
    <div className="panel">
      {can && <Ask followed={followed} />}
      <Fault followed={followed} />
      {error && <p role="alert" className="callout danger">{error}</p>}
      {live && can && of !== undefined ? <Progress followed={followed} done={Number(done ?? 0)} n={Number(of)} what={t("ports")} /> : <Waiting followed={followed} what={t("Reading the network")} />}
      {shown && <Grid key={shown.matrix.protocol} result={shown} before={before} waits={waits} old={old} open={can && !old && !waits} />}
      {shown && !waits && <Unknown followed={followed} />}
      {!shown && !waits && !followed.error && <p className="muted">{t("Every VM against every other: which packets arrive, and which are answered. The table follows the drawing.")}</p>}
    </div>
  );
}

function Ask({ followed }: { followed: Followed }): ReactNode {
  const id = useId();
  const runnable = useWorkbench((state) => state.runnable);
  const [first] = useState(() => followed.run?.parameters ?? usual());
  const [protocol, setProtocol] = useState(() => text(first.protocol));
  const [ports, setPorts] = useState(() => (Array.isArray(first.ports) ? first.ports.join(", ") : ""));
  const [wrong, setWrong] = useState(false);
  const ported = PORTED.has(protocol);
  const run = async (): Promise<void> => {
    const asked = ported ? portsOf(ports) : null;
    setWrong(ported && asked === null);
    if (ported && asked === null) return;
    const begun = await ask({ protocol, ports: asked });
    if (begun) rememberRun(begun.id);
  };
  return (
    <form
      className="question"
      aria-label={t("Who reaches whom")}
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <div className="field narrow">
        <label htmlFor={`${id}-protocol`}>{t("Protocol")}</label>
        <select
          id={`${id}-protocol`}
          value={protocol}
          onChange={(event) => {
            quiet("matrix");
            setProtocol(event.target.value);
          }}
        >
          {[...new Set([...PROTOCOLS, protocol])].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-ports`}>{t("Ports")}</label>
        <input
          id={`${id}-ports`}
          inputMode="numeric"
          autoComplete="off"
          disabled={!ported}
          placeholder={t("those the drawing names")}
          aria-invalid={wrong}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          value={ported ? ports : ""}
          onChange={(event) => {
            quiet("matrix");
            setWrong(false);
            setPorts(event.target.value);
          }}
        />
      </div>
      <button className="button primary" type="submit" disabled={!runnable || followed.starting}>
        <Play size={14} aria-hidden="true" /> {t("Run matrix")}
      </button>
      {wrong && (
        <p className="field-error wide" id={`${id}-wrong`} role="alert">
          {t("Ports are numbers from 0 to 65535, such as 22, 443. Leave the field empty for those that the drawing names.")}
        </p>
      )}
      {!runnable && <p className="muted wide">{t("The drawing has problems, so it cannot be run. The problems list says what and where.")}</p>}
    </form>
  );
}

function Unknown({ followed }: { followed: Followed }): ReactNode {
  const reasons = unknownOf(followed.events);
  if (reasons.length === 0) return null;
  return (
    <div className="callout">
      <strong>{t("Not modelled")}</strong>
      <ul>
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </div>
  );
}
