/** State as colour, shape and word. */

import { ArrowLeftRight, Ban, CircleArrowRight, CircleCheck, CircleDashed, CircleX, Diamond, Hourglass, OctagonX, RefreshCw, Shuffle, Split, SquareDashed } from "lucide-react";
import type { ReactNode } from "react";

import { t } from "../document/text";

const SHAPES = {
  delivered: CircleCheck,
  dropped: OctagonX,
  looped: RefreshCw,
  ambiguous: Diamond,
  "not modelled": SquareDashed,
  running: CircleDashed,
  queued: Hourglass,
  succeeded: CircleCheck,
  failed: CircleX,
  cancelled: Ban,
  unanswered: CircleArrowRight,
  rerouted: Shuffle,
  asymmetric: Split,
  symmetric: ArrowLeftRight,
} as const;

export type State = keyof typeof SHAPES;

const WORDS: Record<State, string> = {
  delivered: t("delivered"),
  dropped: t("dropped"),
  looped: t("looped"),
  ambiguous: t("ambiguous"),
  "not modelled": t("not modelled"),
  running: t("running"),
  queued: t("queued"),
  succeeded: t("succeeded"),
  failed: t("failed"),
  cancelled: t("cancelled"),
  unanswered: t("unanswered"),
  rerouted: t("rerouted"),
  asymmetric: t("asymmetric"),
  symmetric: t("symmetric"),
};

export function Mark({ state, children }: { state: State; children?: ReactNode }): ReactNode {
  const Shape = SHAPES[state];
  return (
    <span className={`mark ${state === "not modelled" ? "unmodelled" : state}`}>
      <Shape size={15} strokeWidth={2} aria-hidden="true" />
      {children ?? WORDS[state]}
    </span>
  );
}
