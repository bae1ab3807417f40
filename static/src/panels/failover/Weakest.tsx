/** The least sure of all numbers that a design rests on; a result is not surer than it. */

import type { ReactNode } from "react";

import type { Assumption } from "../../document/race";
import { t } from "../../document/text";
import { Grade } from "../Grade";

export function Weakest({ of }: { of: readonly Assumption[] }): ReactNode {
  const graded = of.filter((row) => row.grade !== null).sort((a, b) => String(b.grade).localeCompare(String(a.grade)));
  const weakest = graded[0];
  if (!weakest) return null;
  const alike = graded.filter((row) => row.grade === weakest.grade).length;
  const more = alike > 1 ? t(" and {alike} more like it", { alike: alike - 1 }) : "";
  return <Grade grade={weakest.grade} source={t("{name}{more}; all numbers stand under What it rests on, below the timeline", { name: weakest.name, more })} />;
}
