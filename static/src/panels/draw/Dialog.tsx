/** A dialog with a title, a body and buttons; Escape and the cross close it. */

import { X } from "lucide-react";
import { type ReactNode, useLayoutEffect, useRef } from "react";

import { t } from "../../document/text";

/** Return what something is called as it stands inside a sentence: "subnet app", but "VM web1". */
export function inSentence(what: string): string {
  return what.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** Open a dialog for as long as it is there; the focus goes back to where it was. */
export function useModal(dialog: { current: HTMLDialogElement | null }): void {
  useLayoutEffect(() => {
    const one = dialog.current;
    one?.showModal();
    // The browser would begin at the cross.
    const first = one?.querySelector<HTMLElement>("[data-first]") ?? one?.querySelector<HTMLElement>("[role=combobox], .dialog-body input, .dialog-body select, .dialog-body button");
    first?.focus();
    return () => {
      one?.close();
    };
  }, [dialog]);
}

interface Props {
  title: string;
  close: () => void;
  /** What Enter does in a field; absent where there is nothing to do yet. */
  enter?: (() => void) | undefined;
  children: ReactNode;
  foot?: ReactNode;
  wide?: boolean;
}

export function Dialog({ title, close, enter, children, foot, wide = false }: Props): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog);
  return (
    <dialog ref={dialog} className={`dialog ${wide ? "wide" : ""}`} aria-label={title} onClose={() => { if (!dialog.current?.open) close(); }}>
      <div className="dialog-head row">
        <h2>{title}</h2>
        <button type="button" className="button icon quiet small push" aria-label={t("Close")} onClick={close}>
          <X size={14} aria-hidden="true" />
        </button>
      </div>
      <div
        className="dialog-body"
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !enter || !(event.target instanceof Element) || !event.target.matches("input")) return;
          event.preventDefault();
          enter();
        }}
      >
        {children}
      </div>
      {foot && <div className="dialog-foot">{foot}</div>}
    </dialog>
  );
}
