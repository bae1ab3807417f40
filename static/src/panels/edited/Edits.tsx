/** What an edit did to all flows: counts, side effects first, then everything else by effect; a click traces. */

import type { ReactNode } from "react";

import { EFFECTS, type Effect, effectsLine, holds } from "../../document/edited";
import { isObject } from "../../document/drawing";
import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { JsonObject, RunEvent } from "../../document/types";
import { type Followed, cancel, isLive, useFollowed } from "../../protocol/followed";
import { Mark, type State } from "../Mark";
import { openTrace } from "../openTrace";
import { unknownOf } from "../questions";
import { Fault, Waiting } from "../Waiting";
import { placesOf, withNames } from "../trace/Question";
import { useWatched } from "./watch";

const STATES: Record<Effect, State> = { opened: "delivered", closed: "dropped", answer_lost: "unanswered", rerouted: "rerouted", asymmetric: "asymmetric", symmetric: "symmetric", otherwise: "not modelled" };

interface Change {
  number: number;
  effects: Effect[];
  pairs: number;
  text: string;
  side_effect: boolean;
  example: JsonObject;
}

export function Edits(): ReactNode {
  const followed = useFollowed("difference");
  const can = useWorkbench((state) => state.can.run);
  const { run, events } = followed;
  const began = events.find((event) => event.event === "difference.began");
  const done = events.find((event) => event.event === "difference.done");
  return (
    <div className="panel edits">
      {run === null && !followed.starting && !followed.error && (
        <p className="muted">{t("After each edit that touches forwarding, this says which flows it opened, closed or led another way. History compares any revision with the one before it, or with the newest.")}</p>
      )}
      {began && (
        <h3>
          {t("Revision {after} compared with {before}", { after: String(began.after), before: String(began.before) })}
        </h3>
      )}
      {isLive(followed) && (
        <div className="row">
          <Waiting followed={followed} what={t("Comparing all flows")} />
          {can && run && (
            <button type="button" className="button small" onClick={() => { void cancel("difference"); }}>
              {t("Cancel")}
            </button>
          )}
        </div>
      )}
      <Fault followed={followed} />
      {done && <Found followed={followed} done={done} />}
    </div>
  );
}

function Found({ followed, done }: { followed: Followed; done: RunEvent }): ReactNode {
  const can = useWorkbench((state) => state.can.run);
  const { watch } = useWatched();
  // A trace asks the newest drawing; of an older one it could say something else.
  const open = can && holds(watch, followed.run?.revision);
  const changes = followed.events.filter((event) => event.event === "difference.change") as unknown as Change[];
  const counts = isObject(done.counts) ? done.counts : {};
  const line = effectsLine(counts);
  const aside = changes.filter((change) => change.side_effect);
  const left = Number(done.changes) - changes.length;
  const notes = unknownOf([done]);
  return (
    <div data-testid="edit-effects" className="panel">
      {line === "" ? (
        <p className="callout">{t("No flow fares otherwise: the same connections come about, by the same ways.")}</p>
      ) : (
        <p className="row effects">
          {EFFECTS.filter(([name]) => Number(counts[name] ?? 0) > 0).map(([name, words]) => (
            <Mark key={name} state={STATES[name]}>
              {words} {Number(counts[name]).toLocaleString("en")}
            </Mark>
          ))}
          <span className="muted">{t("pairs of sender and address, each protocol by itself")}</span>
        </p>
      )}
      {aside.length > 0 && (
        <section className="callout danger" aria-label={t("Side effects")}>
          <strong>{t("Side effects: what people seldom mean")}</strong>
          <List changes={aside} open={open} marks />
        </section>
      )}
      {EFFECTS.map(([name, , title]) => {
        const mine = changes.filter((change) => !change.side_effect && change.effects[0] === name);
        return (
          mine.length > 0 && (
            <section key={name} aria-label={title}>
              <h3>
                <Mark state={STATES[name]}>{title}</Mark>
              </h3>
              <List changes={mine} open={open} />
            </section>
          )
        );
      })}
      {left > 0 && <p className="muted">{t("{left} more groups of flows are counted above and not told.", { left: left.toLocaleString("en") })}</p>}
      {changes.length > 0 && !open && can && <p className="muted">{t("The drawing has changed since, so these are not traced.")}</p>}
      {notes.map((note) => (
        <p key={note} className="muted">{note}</p>
      ))}
    </div>
  );
}

function List({ changes, open, marks = false }: { changes: Change[]; open: boolean; marks?: boolean }): ReactNode {
  const places = placesOf(useWorkbench((state) => state.drawing));
  return (
    <ul className="edit-flows">
      {changes.map((change) => (
        <li key={change.number}>
          {marks && change.effects.map((effect) => (
            <Mark key={effect} state={STATES[effect]}>{EFFECTS.find(([name]) => name === effect)?.[2] ?? effect}</Mark>
          ))}
          <span>{change.text}</span>
          {open && (
            <button type="button" className="link" aria-label={withNames(t("Trace {source} to {destination}, {protocol}", { source: String(change.example.source), destination: String(change.example.destination), protocol: String(change.example.protocol) }), places)} onClick={() => { openTrace(change.example); }}>
              {t("Trace")}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
