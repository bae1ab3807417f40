/** What an edit did besides what was asked for, with the way back beside it. */

import { X } from "lucide-react";
import { type ReactNode, useEffect } from "react";

import { tell, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { isLast, undo } from "../edits";

const FEW = 4;
const READ_MS = 9000;

export function Told(): ReactNode {
  const told = useWorkbench((state) => state.told);
  const toldOf = useWorkbench((state) => state.toldOf);
  useEffect(() => {
    if (told.length === 0) return undefined;
    const timer = window.setTimeout(() => { tell([]); }, READ_MS + told.length * 1500);
    return () => {
      window.clearTimeout(timer);
    };
  }, [told]);
  return (
    <div className="told" role="status">
      {told.length > 0 && (
        <div className="toast">
          <span>
            {told.slice(0, FEW).map((sentence, index) => (
              <span key={`${sentence} ${index}`}>{sentence} </span>
            ))}
            {told.length > FEW && t("And {n} more.", { n: told.length - FEW })}
          </span>
          {toldOf !== null && isLast(toldOf) && (
            <button type="button" className="button small" onClick={undo}>
              {t("Undo")}
            </button>
          )}
          <button type="button" className="button icon quiet small" aria-label={t("Close")} onClick={() => { tell([]); }}>
            <X size={13} aria-hidden="true" />
          </button>
        </div>
      )}
    </div>
  );
}
