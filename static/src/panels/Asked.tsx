/** What a question about all headers found, in short: counts, the first examples, and what nobody knows. */

import { Fragment, type ReactNode } from "react";

import { useWorkbench } from "../document/store";
import { t } from "../document/text";
import type { RunEvent } from "../document/types";
import { type Followed, cancel, isLive, useFollowed } from "../protocol/followed";
import { Fault, Waiting } from "./Waiting";
import { type Listed, askedOf, countsOf, examplesOf, progressOf, unknownOf } from "./questions";

const TITLES: Record<Listed, string> = {
  reach: t("What gets through"),
  exposed: t("What the Internet reaches"),
};

export function Asked({ kind }: { kind: Listed }): ReactNode {
  const followed = useFollowed(kind);
  const can = useWorkbench((state) => state.can.run);
  const { run, events } = followed;
  if (run === null) return null;
  return (
    <section className="panel" aria-label={TITLES[kind]}>
      <h3>
        {TITLES[kind]} <span className="mono muted">{askedOf(run)}</span>
      </h3>
      <Waiting followed={followed} what={progressOf(events)} />
      {can && isLive(followed) && (
        <button type="button" className="button small" onClick={() => { void cancel(kind); }}>
          {t("Cancel")}
        </button>
      )}
      <Fault followed={followed} />
      <Found followed={followed} />
    </section>
  );
}

function Found({ followed }: { followed: Followed }): ReactNode {
  const counts = countsOf(followed.events);
  const unknown = unknownOf(followed.events);
  return (
    <>
      {counts.length > 0 && (
        <dl className="pairs">
          {counts.map(([name, value]) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
        </dl>
      )}
      <Examples events={followed.events} />
      {unknown.length > 0 && (
        <div className="callout">
          <strong>{t("Not modelled")}</strong>
          <ul>
            {unknown.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Examples({ events }: { events: RunEvent[] }): ReactNode {
  const { heads, rows } = examplesOf(events);
  if (rows.length === 0) return null;
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label={t("The first of what was found")}>
      <table className="table">
        <thead>
          <tr>
            {heads.map((name) => (
              <th key={name} scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            <tr key={number}>
              {row.map((cell, place) => (
                <td key={heads[place]} className="mono">{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
