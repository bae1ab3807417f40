/** What each rule of a balancer holds of each backend, and why one gets nothing. */

import type { ReactNode } from "react";

import { at, text } from "../../document/drawing";
import { select, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import { type Backend, api } from "../../protocol/api";
import { FactLinks } from "../reference/FactLinks";
import { Mark } from "../Mark";
import { useAnswer } from "./answer";

export function Health({ balancer }: { balancer: string }): ReactNode {
  const answer = useAnswer("health", () => api.health());
  if (!answer.ready) return answer.instead;
  const mine = answer.value.backends.filter((backend) => backend.balancer === balancer);
  const rules = [...new Set(mine.map((backend) => backend.rule))];
  return (
    <section aria-label={t("Backend health")} data-testid="backend-health">
      <p className="muted">
        {t("New flows of a rule go to its healthy backends. Each rule asks with its own probe.")} <FactLinks ids={["J7", "J11"]} />
      </p>
      {rules.length === 0 && <p className="muted">{t("No balancing rule has a backend.")}</p>}
      {rules.map((rule) => (
        <Rule key={rule} name={rule} backends={mine.filter((backend) => backend.rule === rule)} />
      ))}
    </section>
  );
}

function Rule({ name, backends }: { name: string; backends: Backend[] }): ReactNode {
  return (
    <table className="table">
      <caption>{t("Rule {name}", { name })}</caption>
      <thead>
        <tr>
          <th scope="col">{t("Backend")}</th>
          <th scope="col">{t("State")}</th>
          <th scope="col">{t("Why")}</th>
        </tr>
      </thead>
      <tbody>
        {backends.map((backend) => (
          <tr key={backend.member}>
            <td>
              <Member backend={backend} />
            </td>
            <td>
              <Mark state={backend.healthy ? "succeeded" : "failed"}>{backend.healthy ? t("healthy") : t("unhealthy")}</Mark>
            </td>
            <td>{backend.reason || "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A member by its NIC, which leads to it; by its own name where it has none. */
function Member({ backend }: { backend: Backend }): ReactNode {
  const document_ = useWorkbench((state) => state.document);
  const nic = text(at(document_, `load_balancers/${backend.balancer}/pools/${backend.pool}/members/${backend.member}/nic`));
  if (!nic) return backend.member;
  return (
    <button type="button" className="link mono" onClick={() => { select(`nics/${nic}`, true); }}>
      {nic}
    </button>
  );
}
