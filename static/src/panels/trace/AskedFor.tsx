/** What a trace was asked, in one line: on paper the form is not there. */

import type { ReactNode } from "react";

import { type Drawing, text } from "../../document/drawing";
import { MORE_FIELDS, asAsked, ported } from "../../document/packet";
import { useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { Run } from "../../document/types";
import { said } from "./MoreOfPacket";
import { placesOf } from "./Question";

export function AskedFor({ run }: { run: Run }): ReactNode {
  const drawing = useWorkbench((state) => state.drawing);
  return <p className="on-paper">{askedWords(run, drawing)}</p>;
}

/** Return who sends what to whom, and in which revision. */
export function askedWords(run: Pick<Run, "parameters" | "revision">, drawing: Drawing): string {
  const { source, destination, protocol, port, more } = asAsked(run.parameters);
  const name = (path: string): string => [...placesOf(drawing), ...drawing.trafficManagers].find((place) => place.path === path)?.name ?? path;
  const written = MORE_FIELDS.filter(({ name: field }) => more[field] !== undefined).map((field) => said(field, text(more[field.name])));
  const words = [t("{source} to {destination}", { source: name(source), destination: name(destination) }), protocol, ...(ported(protocol) ? [t("port {port}", { port })] : []), ...written];
  return t("Asked: {words}; revision {revision}.", { words: words.join(", "), revision: run.revision ?? "" });
}
