/** The security rules in force at a NIC, both directions, in the order in which they are asked. */

import type { ReactNode } from "react";

import type { Nic } from "../../document/drawing";
import { select, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { EffectiveRule, Rules as Answered } from "../../document/types";
import { api } from "../../protocol/api";
import { FactLinks } from "../reference/FactLinks";
import { useAnswer } from "./answer";

const WHERE: Record<string, string> = { subnet: t("at the subnet"), nic: t("at the NIC"), admin: t("before every group") };

export function Rules({ nic, title }: { nic: Nic; title: string | null }): ReactNode {
  const answer = useAnswer(`rules ${nic.id}`, () => api.rules(nic.id));
  return answer.ready ? <RulesTable nic={nic} title={title} answer={answer.value} /> : answer.instead;
}

/** `before` are the rules as they are saved, where others are shown: what is not among them is marked. */
export function RulesTable({ nic, title, answer, before = null }: { nic: Nic; title: string | null; answer: Answered; before?: Answered | null }): ReactNode {
  const known = before && new Set([...before.inbound, ...before.outbound].map((rule) => JSON.stringify(rule)));
  return (
    <section aria-label={t("Effective rules of {name}", { name: nic.name })} data-testid="effective-rules">
      {title && <h3>{title}</h3>}
      {!answer.judged && <p className="muted">{t("There are too many rules here to find out which of them never decide.")}</p>}
      <Direction nic={nic} name={t("Inbound")} rules={answer.inbound} known={known} />
      <Direction nic={nic} name={t("Outbound")} rules={answer.outbound} known={known} />
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

function Direction({ nic, name, rules, known }: { nic: Nic; name: string; rules: EffectiveRule[]; known: Set<string> | null }): ReactNode {
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
                <Row key={rule.ref} rule={rule} at={nic.path} fresh={known !== null && !known.has(JSON.stringify(rule))} />
              ))}
            </tbody>
          </table>
        </div>
      ))}
    </section>
  );
}

function Row({ rule, at, fresh }: { rule: EffectiveRule; at: string; fresh: boolean }): ReactNode {
  const used = useWorkbench((state) => state.decided.some((one) => one.at === at && one.ref === rule.ref));
  const never = rule.shadowed_by;
  return (
    <tr className={[rule.default ? "default-rule" : "", never ? "struck-row" : "", fresh ? "fresh-row" : ""].join(" ").trim()} aria-current={used ? "true" : undefined}>
      <td className="number">{rule.priority}</td>
      <td>
        {never ? <s className="struck">{rule.name}</s> : rule.name}
        {rule.protocol !== "*" && <span className="mono"> {rule.protocol}</span>}
        {rule.default && <span className="muted why">{t("built in")}</span>}
        {used && <span className="badge">{t("decided this trace")}</span>}
        {fresh && <span className="badge">{t("by this edit")}</span>}
        {never && <Shadow by={never} own={rule.security_group} />}
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

const NAMED = 3;

/** Why a rule never decides: the first of what stands before it, with the group where that is another one. */
function Shadow({ by, own }: { by: string[]; own: string }): ReactNode {
  const names = by.slice(0, NAMED).map((ref) => {
    const [kind = "", group = "", , rule] = ref.split("/");
    if (kind !== "security_groups") return group;
    return group === own ? (rule ?? group) : t("{rule} of {group}", { rule: rule ?? "", group });
  });
  const words = by.length > NAMED ? t("{names} and {n} more", { names: names.join(", "), n: by.length - NAMED }) : names.join(", ");
  return <span className="why">{names.length === 0 ? t("never decides: it names nobody") : t("never decides: taken by {rules}", { rules: words })}</span>;
}
