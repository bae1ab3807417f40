/** A run that is played at a pace: everybody who watches sees what somebody breaks or mends. */

import { Square } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";

import { clock, race as gather } from "../../document/race";
import { useWorkbench } from "../../document/store";
import type { JsonObject, RunEvent } from "../../document/types";
import { api } from "../../protocol/api";
import { cancel, isLive, useFollowed, words } from "../../protocol/followed";
import { Fault, Waiting } from "../Waiting";
import { Export } from "./Export";
import { RaceView } from "./Race";
import { optionsOf } from "./faultFields";

interface Command {
  seq: number;
  t_us: number;
  kind: string;
  vm: string | null;
  zone: number | null;
  who: string | null;
}

const VERBS: Record<string, string> = { fail: "failed", restore: "restored", move: "moved the address of", zone: "took away" };

export function LiveView(): ReactNode {
  const one = useFollowed("live");
  const can = useWorkbench((state) => state.can.run);
  const race = useMemo(() => gather(withCommands(one.events)), [one.events]);
  const commands = one.events.filter((event) => event.event === "live.command") as unknown as Command[];
  const saved = one.events.find((event) => event.event === "live.saved");
  if (one.unknown) return <p className="callout">This server plays no live runs. Races, trials and sweeps work.</p>;
  return (
    <>
      <Fault followed={one} />
      {can && one.id && isLive(one) && <Commands run={one.id} />}
      {saved && (
        <p className="callout" data-testid="live-saved">
          What happened is saved as a scenario that can be played again: <a href={String(saved.url)}>{String(saved.name)}</a>
        </p>
      )}
      {commands.length > 0 && race && (
        <ol className="plain commands" aria-label="Commands">
          {commands.map((command) => (
            <li key={command.seq}>
              <span className="mono">{clock(command.t_us, race.fault_us)}</span> {said(command)}
            </li>
          ))}
        </ol>
      )}
      {race && one.id && <RaceView key={one.id} race={race} run={one.id} live={isLive(one)} />}
      <Waiting followed={one} what="Playing live" />
      <Export followed={one} />
      {!race && !isLive(one) && <p className="muted">Play a failover at its own pace and break or mend things while it goes on. Everybody who watches sees it; the end is saved as a scenario.</p>}
    </>
  );
}

function said(command: Command): string {
  const what = command.kind === "zone" ? `zone ${command.zone ?? ""}` : (command.vm ?? "");
  return `${command.who ?? "Somebody"} ${VERBS[command.kind] ?? command.kind} ${what}`.trim();
}

/** Return the events with every command on the fault lane of every design. */
export function withCommands(events: readonly RunEvent[]): RunEvent[] {
  const designs = events.filter((event) => event.event === "failover.started").map((event) => String(event.design));
  return events.flatMap((event) => {
    if (event.event !== "live.command") return [event];
    const command = event as unknown as Command;
    const note = { event: "failover.event", t_us: command.t_us, lane: "fault", kind: "point", text: said(command), ref: command.vm ? `vms/${command.vm}` : null, grade: null, source: null };
    return [event, ...designs.map((design) => ({ ...note, seq: event.seq, design }))];
  });
}

function Commands({ run }: { run: string }): ReactNode {
  const document = useWorkbench((state) => state.document);
  const vms = optionsOf(document, "vms");
  const [chosen, setVm] = useState("");
  const [zone, setZone] = useState("1");
  const [error, setError] = useState("");
  const vm = chosen || (vms[0]?.[0] ?? "");
  const name = vms.find(([id]) => id === vm)?.[1] ?? vm;
  const send = (body: JsonObject): void => {
    api.command(run, body).then(
      () => { setError(""); },
      (reason: unknown) => { setError(words(reason)); },
    );
  };
  return (
    <div className="question commands" role="group" aria-label="Break and mend">
      <div className="field">
        <label htmlFor="live-vm">VM</label>
        <select id="live-vm" value={vm} onChange={(event) => { setVm(event.target.value); }}>
          {vms.map(([id, title]) => (
            <option key={id} value={id}>{title}</option>
          ))}
        </select>
      </div>
      <button type="button" className="button danger" onClick={() => { send({ kind: "fail", vm }); }}>Fail {name}</button>
      <button type="button" className="button" onClick={() => { send({ kind: "restore", vm }); }}>Restore {name}</button>
      <button type="button" className="button" onClick={() => { send({ kind: "move", vm }); }}>Move address</button>
      <div className="field narrow">
        <label htmlFor="live-zone">Zone</label>
        <select id="live-zone" value={zone} onChange={(event) => { setZone(event.target.value); }}>
          {["1", "2", "3"].map((one) => (
            <option key={one} value={one}>{one}</option>
          ))}
        </select>
      </div>
      <button type="button" className="button danger" onClick={() => { send({ kind: "zone", zone: Number(zone) }); }}>Lose zone {zone}</button>
      <button type="button" className="button small push" onClick={() => void cancel("live")}>
        <Square size={12} aria-hidden="true" /> Stop
      </button>
      {error && <p role="alert" className="field-error">{error}</p>}
    </div>
  );
}
