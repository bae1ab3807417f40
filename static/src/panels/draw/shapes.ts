/** Icons as text, for pictures that are files. */

import type { LucideIcon } from "lucide-react";
import { createElement } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

const known = new Map<LucideIcon, string>();

/** The shapes of an icon in its own square of 24 units. */
function shapeOf(Icon: LucideIcon): string {
  const found = known.get(Icon);
  if (found !== undefined) return found;
  const holder = document.createElement("div");
  const root = createRoot(holder);
  flushSync(() => { root.render(createElement(Icon)); });
  const shape = holder.firstElementChild?.innerHTML ?? "";
  root.unmount();
  known.set(Icon, shape);
  return shape;
}

/** Return an icon with its upper left corner at a place; `path` is what it stands for. */
export function icon(Icon: LucideIcon, x: number, y: number, size: number, path = ""): string {
  return `<g class="i" data-icon="" data-of="${path.replaceAll(/[^\w/.-]/g, "_")}" transform="translate(${x} ${y}) scale(${size / 24})">${shapeOf(Icon)}</g>`;
}
