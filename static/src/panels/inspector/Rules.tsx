/** The security rules in force at a NIC, both directions, in the order in which they are asked. */

import type { ReactNode } from "react";

import type { Nic } from "../../document/drawing";
import { select, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { EffectiveRule } from "../../document/types";
import { api } from "../../protocol/api";
import { FactLinks } from "../reference/FactLinks";
import { useAnswer } from "./answer";

const WHERE: Record<string, string> = { subnet: t("at the subnet"), nic: t("at the NIC"), admin: t("before every group") };

export function Rules({ nic, title }: { nic: Nic; title: string | null }): ReactNode {
  const answer = useAnswer(`rules ${nic.id}`, () => api.rules(nic.id));
  if (!answer.ready) return answer.instead;
  return (
    <section aria-label={t("Effective rules of {name}", { name: nic.name })} data-testid="effective-rules">
      {title && <h3>{title}</h3>}
      <Direction nic={nic} name={t("Inbound")} rules={answer.value.inbound} />
      <Direction nic={nic} name={t("Outbound")} rules={answer.value.outbound} />
    </section>
  );
}

interface Group {
  id: string;
  where: string;
  rules: EffectiveRule[];
}

/** Neighbours of one group at one place stand together; the order is that of evaluation. */
function groupsOf(rules: EffectiveRule[]): Group[] {
  const groups: Group[] = [];
  for (const rule of rules) {
    const last = groups.at(-1);
    if (last && last.id === rule.security_group && last.where === rule.where) last.rules.push(rule);
    else groups.push({ id: rule.security_group, where: rule.where, rules: [rule] });
  }
  return groups;
}

function Direction({ nic, name, rules }: { nic: Nic; name: string; rules: EffectiveRule[] }): ReactNode {
  const groups = groupsOf(rules);
  return (
    <section aria-label={t("{direction} rules of {nic}", { direction: name, nic: nic.name })}>
      <h4>{name}</h4>
      {groups.length === 0 && (
        <p className="muted">
          {t("No security group: everything is allowed.")} <FactLinks ids={["F1"]} />
        </p>
      )}
      {groups.map((group, index) => (
        <div key={`${group.where} ${group.id}`} className="table-wrap" tabIndex={0} role="region" aria-label={`${nic.name}, ${name}, ${group.id}, ${WHERE[group.where] ?? group.where}`}>
          <table className="table rules">
            <caption>
              {index + 1}.{" "}
              {group.id ? (
                <button type="button" className="link" onClick={() => { select(`security_groups/${group.id}`, true); }}>
                  {group.id}
                </button>
              ) : (t("Admin rules"))}{" "}
              {WHERE[group.where] ?? group.where}
            </caption>
            <thead>
              <tr>
                <th scope="col" className="number">{t("Priority")}</th>
                <th scope="col">{t("Rule")}</th>
                <th scope="col">{t("From, to")}</th>
                <th scope="col">{t("Access")}</th>
              </tr>
            </thead>
            <tbody>
              {group.rules.map((rule) => (
                <Row key={rule.ref} rule={rule} at={nic.path} />
              ))}
            </tbody>
          </table>
        </div>
      ))}
    </section>
  );
}

function Row({ rule, at }: { rule: EffectiveRule; at: string }): ReactNode {
  const used = useWorkbench((state) => state.decided.some((one) => one.at === at && one.ref === rule.ref));
  return (
    <tr className={rule.default ? "default-rule" : ""} aria-current={used ? "true" : undefined}>
      <td className="number">{rule.priority}</td>
      <td>
        {rule.name}
        {rule.protocol !== "*" && <span className="mono"> {rule.protocol}</span>}
        {rule.default && <span className="muted why">{t("built in")}</span>}
        {used && <span className="badge">{t("decided this trace")}</span>}
        <span className="why">
          <FactLinks ids={rule.facts} />
        </span>
      </td>
      <td className="mono">
        <span title={rule.source_prefixes?.join(", ")}>{rule.source_text}</span>
        <span aria-hidden="true"> → </span>
        <span className="visually-hidden">{t("to")}</span>
        <span title={rule.destination_prefixes?.join(", ")}>{rule.destination_text}</span>
      </td>
      <td className={`access ${rule.access.toLowerCase()}`}>{rule.access}</td>
    </tr>
  );
}
