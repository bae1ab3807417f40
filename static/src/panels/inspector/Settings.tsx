/** Every setting of a part as words; what names another resource leads to it. */

import type { ReactNode } from "react";

import { at, isObject, text } from "../../document/drawing";
import { select, useWorkbench } from "../../document/store";
import { t } from "../../document/text";
import type { Json } from "../../document/types";
import { useRulesOf } from "./rulesOf";
import { label, unknownField, written } from "./words";

/** Fields that name a resource, and the collection it is in. */
const REFERS: Record<string, string> = {
  vnet: "vnets",
  vnets: "vnets",
  remote_vnet: "vnets",
  subnet: "subnets",
  subnets: "subnets",
  remote_subnets: "subnets",
  vm: "vms",
  nic: "nics",
  route_table: "route_tables",
  main_route_table: "route_tables",
  security_group: "security_groups",
  nat_gateway: "nat_gateways",
  gateway: "gateways",
  remote_gateway: "gateways",
  site: "sites",
  public_ip: "public_ips",
  public_ips: "public_ips",
  application_groups: "application_groups",
  source_groups: "application_groups",
  destination_groups: "application_groups",
  gateway_balancer: "load_balancers",
};

export function Settings({ part, collection }: { part: Json; collection: string }): ReactNode {
  const profile = useWorkbench((state) => text(state.document.profile, "azure-2026"));
  const { unknown } = useRulesOf(profile);
  if (!isObject(part)) return <p className="muted">{t("The drawing has no such thing any more.")}</p>;
  // What the profile does not have is left out; what is set all the same stays in sight, for it is a problem.
  const has = ([key, value]: [string, Json]): boolean => !(unknownField(collection, key, unknown) && (value === false || isEmpty(value)));
  const plain = Object.entries(part).filter(([key, value]) => key !== "name" && !isObject(value)).filter(has);
  const inner = Object.entries(part).filter(([, value]) => isObject(value)).filter(has);
  return (
    <>
      <table className="table">
        <tbody>
          {plain.map(([key, value]) => (
            <tr key={key}>
              <th scope="row">{label(key)}</th>
              <td className="mono">
                <Value field={key} value={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {inner.map(([key, value]) => (
        <section key={key} aria-label={label(key)}>
          <h3>{label(key)}</h3>
          {isObject(value) && Object.keys(value).length === 0 && <p className="muted">{t("None.")}</p>}
          {isObject(value) && Object.keys(value).length > 0 && <Inner value={value} />}
        </section>
      ))}
    </>
  );
}

function Inner({ value }: { value: Record<string, Json> }): ReactNode {
  return (
    <table className="table">
      <tbody>
        {Object.entries(value).map(([key, entry]) => (
          <tr key={key}>
            <th scope="row">{nameOf(key, entry)}</th>
            <td className="mono">{isObject(entry) ? <Pairs value={entry} /> : <Value field={key} value={entry} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Parts have names of their own, which stay as they were written; fields and collections of parts are words. */
function nameOf(key: string, entry: Json): string {
  const part = isObject(entry) && !Object.values(entry).every((inner) => isObject(inner));
  return part ? text(entry.name, key) : label(key);
}

/** The set fields of a part; parts inside it indented under their ids. */
function Pairs({ value }: { value: Record<string, Json> }): ReactNode {
  const set = Object.entries(value).filter(([key, entry]) => key !== "name" && !isEmpty(entry));
  if (set.length === 0) return "–";
  return set.map(([key, entry]) => (
    <span key={key} className="pair">
      <span className="muted">{nameOf(key, entry)}</span>{" "}
      {isObject(entry) ? (
        <span className="inner-pairs">
          <Pairs value={entry} />
        </span>
      ) : (
        <Value field={key} value={entry} />
      )}
    </span>
  ));
}

function isEmpty(value: Json): boolean {
  if (value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** A value in words; ids of resources as links to them. */
function Value({ field, value }: { field: string; value: Json }): ReactNode {
  const topology = useWorkbench((state) => state.document);
  const collection = REFERS[field];
  const names = (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string");
  if (collection === undefined || names.length === 0) return written(value, field);
  return names.map((name, index) => {
    const path = `${collection}/${name}`;
    return (
      <span key={name}>
        {index > 0 && ", "}
        {at(topology, path) === null ? (
          name
        ) : (
          <button type="button" className="link" onClick={() => { select(path, true); }}>
            {name}
          </button>
        )}
      </span>
    );
  });
}
