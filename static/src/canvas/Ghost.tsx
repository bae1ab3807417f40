/** What is being carried, at the pointer: its name, and whether it may land here and what would follow. */

import { Ban, Check, Move } from "lucide-react";
import type { ReactNode } from "react";

import { useGesture } from "./gesture";

export function Ghost(): ReactNode {
  const gesture = useGesture((one) => one);
  if (!gesture) return null;
  const { name, from, at, judged } = gesture;
  const Icon = judged === null ? Move : judged.ok ? Check : Ban;
  return (
    <div className="ghost-layer" aria-hidden="true">
      {from && (
        <svg className={`ghost-line ${judged?.ok === false ? "no" : ""}`}>
          <line x1={from.x} y1={from.y} x2={at.x} y2={at.y} />
        </svg>
      )}
      <div className={`ghost ${judged === null ? "" : judged.ok ? "ok" : "no"}`} style={{ transform: `translate(${at.x + 14}px, ${at.y + 12}px)` }}>
        <strong>
          <Icon size={13} /> {name}
        </strong>
        {judged && <span>{judged.words}</span>}
      </div>
    </div>
  );
}
