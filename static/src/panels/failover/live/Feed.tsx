/** What people did to a live race, newest first: who, when, and why something was refused. */

import type { ReactNode } from "react";

import type { Command } from "../../../document/live";
import { clock } from "../../../document/race";
import { useWorkbench } from "../../../document/store";
import { t } from "../../../document/text";
import { Mark } from "../../Mark";
import { nameOf } from "../names";
import { commandWords } from "./liveWords";

interface Props {
  commands: Command[];
  fault_us: number;
  /** How many of this page's commands the race has not taken yet. */
  waiting: number;
}

export function Feed({ commands, fault_us, waiting }: Props): ReactNode {
  return (
    <section className="feed" aria-label={t("What was done")}>
      <h3>{t("What was done")}</h3>
      {commands.length === 0 && waiting === 0 && <p className="muted">{t("Nothing yet.")}</p>}
      <ol className="plain">
        {waiting > 0 && (
          <li className="waits">
            <Mark state="queued">{t("Sent; the race has not taken it yet")}</Mark>
          </li>
        )}
        {commands.toReversed().map((command) => (
          <li key={command.number}>
            <span className="mono">{clock(command.t_us, fault_us)}</span>
            <Done command={command} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The newest command in one line, read out when it comes. */
export function Newest({ commands, fault_us }: Pick<Props, "commands" | "fault_us">): ReactNode {
  const last = commands.at(-1);
  return (
    <p className="newest-command" role="status">
      {last && (
        <>
          <span className="mono">{clock(last.t_us, fault_us)}</span> <Done command={last} />
        </>
      )}
    </p>
  );
}

function Done({ command }: { command: Command }): ReactNode {
  const document = useWorkbench((state) => state.document);
  return (
    <span>
      {commandWords(command, (path) => nameOf(document, path))}
      {!command.accepted && (
        <>
          . <Mark state="dropped">{t("Refused")}</Mark> {command.reason}
        </>
      )}
    </span>
  );
}
