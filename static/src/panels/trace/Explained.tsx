/** The trace as a text: the engine's own sentences, in order, a click goes to the place. */

import type { ReactNode } from "react";

import { select } from "../../document/store";
import { t } from "../../document/text";
import { FactLinks } from "../reference/FactLinks";
import type { Paragraph } from "./legs";

export function Explained({ text }: { text: Paragraph[] }): ReactNode {
  if (text.length === 0) return <p className="muted">{t("This run was made before traces were told as a text. Run it again.")}</p>;
  return (
    <div className="trace-text" data-testid="trace-text">
      {text.map((paragraph, index) => (
        <Sentence key={index} paragraph={paragraph} />
      ))}
    </div>
  );
}

function Sentence({ paragraph }: { paragraph: Paragraph }): ReactNode {
  const { role, text, at, facts } = paragraph;
  if (role === "summary") return <p className="summary">{text}</p>;
  if (role === "heading") return <h3>{text}</h3>;
  return (
    <p className={`sentence-${role}`}>
      {text}{" "}
      {at && (
        <button type="button" className="link mono small" onClick={() => { select(at, true); }}>
          {at}
        </button>
      )}{" "}
      <FactLinks ids={facts} />
    </p>
  );
}
