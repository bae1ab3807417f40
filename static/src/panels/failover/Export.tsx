/** The results of a finished run as files. */

import { Download } from "lucide-react";
import type { ReactNode } from "react";

import { t } from "../../document/text";
import { api } from "../../protocol/api";
import { type Followed, isLive } from "../../protocol/followed";

export function Export({ followed }: { followed: Followed }): ReactNode {
  const { run } = followed;
  if (!run || isLive(followed) || run.state !== "succeeded") return null;
  const files = (["csv", "json"] as const).map((form) => ({ form, url: api.exportUrl(run.id, form) }));
  return (
    <p className="export">
      {files.map(({ form, url }) => url && (
        <a key={form} className="button small" href={url} download>
          <Download size={12} aria-hidden="true" /> {form.toUpperCase()}
        </a>
      ))}
      <span className="muted">
        {t("Seed {seed}, engine {engine}: the same again gives the same results.", { seed: run.seed, engine: run.engine })}
      </span>
    </p>
  );
}
