/** The drawing as a tree: what can be selected on the canvas can be selected here. */

import { type KeyboardEvent, type ReactNode, useRef } from "react";

import type { Drawing } from "../document/drawing";
import { select, useWorkbench } from "../document/store";
import { t } from "../document/text";

interface Branch {
  path: string;
  name: string;
  detail: string;
  inside: Branch[];
}

export function Outline(): ReactNode {
  const drawing = useWorkbench((state) => state.drawing);
  const list = useRef<HTMLUListElement>(null);
  const branches: Branch[] = [
    ...drawing.sites.map((site) => ({
      ...leaf(site.path, site.name, site.prefixes.join(" ")),
      inside: [
        ...site.routers.map((router) => leaf(router.path, router.name, router.address)),
        ...site.hosts.map((host) => leaf(host.path, host.name, host.address)),
      ],
    })),
    ...drawing.hosts.map((host) => leaf(host.path, host.name, host.address)),
    ...drawing.transitGateways.map((one) => leaf(one.path, one.name, t("transit gateway"))),
    ...drawing.trafficManagers.map((one) => leaf(one.path, one.name, t("traffic manager"))),
    ...drawing.publicBalancers.map((one) => leaf(one.path, one.name, one.frontends.join(" "))),
    ...drawing.vnets.map((vnet) => ({
      ...leaf(vnet.path, vnet.name, vnet.prefixes.join(" ")),
      inside: [
        ...vnet.tabs.map((tab) => leaf(tab.path, tab.name, t(tab.kind))),
        ...vnet.subnets.map((subnet) => ({
          ...leaf(subnet.path, subnet.name, subnet.prefixes.join(" ")),
          inside: [
            ...subnet.badges.filter((badge) => badge.kind !== "service endpoint").map((badge) => leaf(badge.path, badge.text, t(badge.kind))),
            ...subnet.balancers.map((one) => leaf(one.path, one.name, one.frontends.join(" "))),
            ...subnet.endpoints.map((one) => leaf(one.path, one.name, one.addresses.join(" ") || t(one.kind))),
            ...subnet.machines.map((machine) => ({
              ...leaf(machine.path, machine.name, machine.nics[0]?.addresses[0] ?? ""),
              inside: machine.nics.map((nic) => leaf(nic.path, nic.name, nic.addresses.join(" "))),
            })),
            ...subnet.nics.filter((nic) => nic.vm === null).map((nic) => leaf(nic.path, nic.name, nic.addresses.join(" "))),
          ],
        })),
      ],
    })),
    ...lines(drawing.peerings, drawing.links),
    ...drawing.unattached.map((one) => leaf(one.path, one.name, t(one.kind))),
    ...drawing.notes.map((one) => leaf(one.path, one.text.split("\n")[0] ?? "", t("note"))),
    ...drawing.loose.map((one) => leaf(one.path, one.name, t("belongs to nothing"))),
  ];
  const move = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
    const here = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[Math.max(0, Math.min(buttons.length - 1, here + step))]?.focus();
  };
  if (branches.length === 0) return <p className="muted">{t("Nothing is drawn yet.")}</p>;
  return (
    <ul className="tree" role="tree" aria-label={t("Outline")} ref={list} onKeyDown={move}>
      {branches.map((branch) => (
        <TreeItem key={branch.path} branch={branch} level={1} />
      ))}
    </ul>
  );
}

/** Peering links, connections and groups, each once. */
function lines(peerings: Drawing["peerings"], links: Drawing["links"]): Branch[] {
  const halves = peerings.flatMap(({ from, to, forward, back }) => [
    ...(forward ? [leaf(forward.path, t("{from} to {to}", { from, to }), t("peering link"))] : []),
    ...(back ? [leaf(back.path, t("{to} to {from}", { to, from }), t("peering link"))] : []),
  ]);
  const others = new Map(links.filter((link) => link.kind !== "transit").map((link) => [link.path, leaf(link.path, link.path.split("/")[1] ?? "", link.kind)]));
  return [...halves, ...others.values()];
}

function leaf(path: string, name: string, detail: string): Branch {
  return { path, name, detail, inside: [] };
}

function TreeItem({ branch, level }: { branch: Branch; level: number }): ReactNode {
  const chosen = useWorkbench((state) => state.selection === branch.path);
  return (
    <li role="treeitem" aria-selected={chosen} aria-level={level} {...(branch.inside.length > 0 ? { "aria-expanded": true } : {})}>
      <button
        type="button"
        tabIndex={-1 + Number(level === 1 || chosen)}
        onClick={() => {
          select(branch.path, true);
        }}
      >
        <span className="name" title={branch.name}>{branch.name}</span>
        <span className="mono" title={branch.detail}>{branch.detail}</span>
      </button>
      {branch.inside.length > 0 && (
        <ul role="group">
          {branch.inside.map((inner) => (
            <TreeItem key={`${branch.path} ${inner.path}`} branch={inner} level={level + 1} />
          ))}
        </ul>
      )}
    </li>
  );
}
