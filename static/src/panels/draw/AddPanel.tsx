/** The palette: press a piece to add it where the selection is, or drag it onto the drawing. */

import { type ReactNode, useState } from "react";

import { carry } from "../../canvas/gesture";
import { PIECES, type Piece, homeOf } from "../../document/grammar";
import { placeFor } from "../../document/edits/add";
import { text } from "../../document/raw";
import { useWorkbench } from "../../document/store";
import { mark, t } from "../../document/text";
import { useRulesOf } from "../inspector/rulesOf";
import { addHere, carriedPiece } from "./carrying";
import { PieceIcon } from "./icons";

const GROUPS = [mark("Network"), mark("Machines"), mark("Rules"), mark("Balancing"), mark("Ways out"), mark("Outside")] as const;

export function AddPanel(): ReactNode {
  const [typed, setTyped] = useState("");
  const profile = useWorkbench((state) => text(state.document.profile, "azure-2026"));
  const { unknown } = useRulesOf(profile);
  const words = typed.toLowerCase().trim();
  // What the provider has nothing for is not offered.
  const shown = PIECES.filter((piece) => !(piece.collection in unknown)).filter((piece) => `${t(piece.name)} ${piece.also ?? ""}`.toLowerCase().includes(words));
  return (
    <div className="palette">
      <input className="input" type="search" aria-label={t("Filter the pieces")} placeholder={t("Filter")} value={typed} onChange={(event) => { setTyped(event.target.value); }} />
      <p className="muted small-words">{t("Drag onto the drawing, or press to add it to what is selected.")}</p>
      {GROUPS.map((group) => {
        const all = shown.filter((piece) => piece.group === group);
        if (all.length === 0) return null;
        return (
          <section key={group} aria-label={t(group)}>
            <h3>{t(group)}</h3>
            {all.map((piece) => (
              <PieceButton key={piece.id} piece={piece} />
            ))}
          </section>
        );
      })}
      {shown.length === 0 && <p className="muted">{t("Nothing is called that.")}</p>}
    </div>
  );
}

function PieceButton({ piece }: { piece: Piece }): ReactNode {
  // Where it would go when pressed: said before, not after.
  const reason = useWorkbench((state) => {
    const found = homeOf(state.document, piece, placeFor(state.document, piece, state.selection));
    return "reason" in found ? found.reason : null;
  });
  return (
    <button
      type="button"
      className={`palette-piece ${reason ? "elsewhere" : ""}`}
      title={[t(piece.hint), reason ?? ""].filter(Boolean).join("\n")}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        // The button keeps its press: a pointer that does not move is a click.
        carry(event, carriedPiece(piece));
      }}
      onClick={() => { addHere(piece); }}
    >
      <PieceIcon piece={piece.id} />
      <span>{t(piece.name).replace(/^./, (letter) => letter.toUpperCase())}</span>
      {piece.key && <kbd>{piece.key}</kbd>}
    </button>
  );
}
