/** A dialog with a title, a body and buttons; Escape and the cross close it. */

import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";

import { t } from "../../document/text";

export function Dialog({ title, close, children, foot, wide = false }: { title: string; close: () => void; children: ReactNode; foot?: ReactNode; wide?: boolean }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // The browser would begin at the cross.
    dialog.current?.querySelector<HTMLElement>("[data-first], .dialog-body input, .dialog-body select, .dialog-body button")?.focus();
  }, []);
  return (
    <dialog ref={dialog} className={`dialog ${wide ? "wide" : ""}`} aria-label={title} onClose={close}>
      <div className="dialog-head row">
        <h2>{title}</h2>
        <button type="button" className="button icon quiet small push" aria-label={t("Close")} onClick={close}>
          <X size={14} aria-hidden="true" />
        </button>
      </div>
      <div className="dialog-body">{children}</div>
      {foot && <div className="dialog-foot">{foot}</div>}
    </dialog>
  );
}
