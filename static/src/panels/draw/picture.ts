/** The drawing as a file: what the server draws, as SVG, or painted into a PNG. */

import { tell, workbench } from "../../document/store";
import { t } from "../../document/text";
import { svgOf } from "./svg";

const SCALE = 2;

export async function savePicture(kind: "svg" | "png"): Promise<void> {
  const { drawing, document: drawn, name } = workbench();
  const { text, width, height } = svgOf(drawing, drawn.layout, name);
  const file = (name.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "").toLowerCase() || "drawing") + `.${kind}`;
  const svg = new Blob([text], { type: "image/svg+xml" });
  if (kind === "svg") {
    save(svg, file);
    return;
  }
  try {
    const image = new Image();
    // The policy of the page lets pictures come from data, not from blobs.
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = window.document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => { canvas.toBlob(done, "image/png"); });
    if (blob) save(blob, file);
  } catch {
    tell([t("This browser cannot paint the picture; save it as SVG.")]);
  }
}

function save(blob: Blob, file: string): void {
  const link = window.document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.click();
  setTimeout(() => { URL.revokeObjectURL(link.href); }, 1000);
}
