import { t } from "../../document/text";

import type { Help } from "./editor/editor";

/** A text area of a pack's file becomes an editor; where its script does not come, the text area stays. */
export function enhanceEditor(area: HTMLTextAreaElement): void {
  const help = JSON.parse(document.getElementById(area.dataset.editor ?? "")?.textContent ?? "null") as Help | null;
  if (!help) throw new Error("the page says nothing about the file");
  import("./editor/editor").then(
    ({ openEditor }) => openEditor(area, help),
    (error: unknown) => {
      area.title = t("The editor with completion could not be loaded; this is the plain text.");
      console.error(error);
    },
  );
}
