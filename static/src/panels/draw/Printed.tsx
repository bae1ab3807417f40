/** The drawing on paper: the whole of it, as the exported picture has it, with the ways of a trace. The canvas shows a part, in the size of the screen. */

import { type ReactNode, useEffect, useState } from "react";
import { flushSync } from "react-dom";

import { useWorkbench, workbench } from "../../document/store";
import { svgOf } from "./svg";

export function Printed(): ReactNode {
  const name = useWorkbench((state) => state.name);
  const [picture, setPicture] = useState("");
  useEffect(() => {
    const before = (): void => {
      const { drawing, document: drawn, name: title, paths } = workbench();
      const { text } = svgOf(drawing, drawn.layout, title, paths);
      flushSync(() => { setPicture(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`); });
    };
    const after = (): void => { setPicture(""); };
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    return () => {
      window.removeEventListener("beforeprint", before);
      window.removeEventListener("afterprint", after);
    };
  }, []);
  return picture ? <img className="printed" src={picture} alt={name} /> : null;
}
