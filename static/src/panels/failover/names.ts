/** What people call a resource that the engine names by its path. */

import { at, isObject, text } from "../../document/drawing";
import { t } from "../../document/text";
import type { JsonObject } from "../../document/types";

export function nameOf(document: JsonObject, path: string): string {
  if (path === "edge") return t("the edge");
  if (path === "internet") return t("the Internet");
  const part = at(document, path.split("/").slice(0, 2).join("/"));
  return isObject(part) ? text(part.name, path.split("/")[1] ?? path) : path.split("/").slice(1).join(" ") || path;
}
