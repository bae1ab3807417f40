/** Three pictures of the same packet: one router for all, a router at each NIC, and the frames that VMs see. */

import { type ReactNode, useMemo } from "react";

import { packetLine } from "../../document/header";
import { type Frame, type NicRouter, type Pass, framesOf, passesOf, routersOf } from "../../document/pictures";
import { select, useWorkbench } from "../../document/store";
import { mark, t } from "../../document/text";
import type { Step } from "../../document/types";
import { TITLES } from "./legs";

export const PICTURES = [mark("One router"), mark("A router at each NIC"), mark("Frames")] as const;
export type Picture = (typeof PICTURES)[number];

const SAYS: Record<Picture, string> = {
  "One router": t("All subnets share one router, which nobody sees. Whatever a guest sends comes to it first, even for a neighbour."),
  "A router at each NIC": t("The router is not a box: each NIC decides for itself, with the routes and rules of its own subnet."),
  Frames: t("What a capture inside the VMs shows. Every frame goes to the platform's MAC or comes from it; a neighbour's own MAC is never seen."),
};

interface Props {
  picture: Picture;
  legs: { packet: number; steps: Step[] }[];
}

export function Pictures({ picture, legs }: Props): ReactNode {
  const name = useNames();
  const aws = useWorkbench((state) => String(state.document.profile ?? "").startsWith("aws"));
  return (
    <div className="pictures" data-testid="picture">
      <p className="muted">{aws && picture !== "A router at each NIC" ? AWS : SAYS[picture]}</p>
      <div className={picture === "Frames" ? "" : "ways"}>
      {legs.map(({ packet, steps }) => (
        <section key={packet} aria-label={`${t(picture)}, ${(TITLES[packet] ?? "").toLowerCase()}`}>
          <h3>{TITLES[packet]}</h3>
          {picture === "One router" && <Passes passes={passesOf(steps)} name={name} />}
          {picture === "A router at each NIC" && <Routers routers={routersOf(steps)} name={name} />}
          {picture === "Frames" && <Frames steps={steps} name={name} />}
        </section>
      ))}
      </div>
    </div>
  );
}

const AWS = t("Inside one subnet AWS delivers by MAC address; a frame for the router's MAC is routed by the subnet's table.");

type Name = (path: string) => string;

/** Return the name of a resource by its path, or what the path says. */
function useNames(): Name {
  const document = useWorkbench((state) => state.document);
  return (path) => {
    if (path === "internet") return t("the Internet");
    const [kind, id] = path.split("/");
    const found = (document.topology as Record<string, Record<string, { name?: unknown }>> | undefined)?.[kind ?? ""]?.[id ?? ""]?.name;
    return typeof found === "string" ? found : path;
  };
}

const WIDTH = 340;
const HEIGHT = 210;
const RADIUS = 80;

function Passes({ passes, name }: { passes: Pass[]; name: Name }): ReactNode {
  const stops = useMemo(() => [...new Set(passes.flatMap((pass) => [pass.from, ...(pass.to === null ? [] : [pass.to])]))], [passes]);
  const at = (stop: string): { x: number; y: number } => {
    const angle = Math.PI + (2 * Math.PI * stops.indexOf(stop)) / Math.max(1, stops.length);
    return { x: WIDTH / 2 + 1.5 * RADIUS * Math.cos(angle), y: HEIGHT / 2 + RADIUS * Math.sin(angle) };
  };
  return (
    <div className="one-router">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true" focusable="false">
        {stops.map((stop) => (
          <line key={stop} className="spoke" x1={WIDTH / 2} y1={HEIGHT / 2} x2={at(stop).x} y2={at(stop).y} />
        ))}
        {passes.map((pass, index) => {
          const { x, y } = at(pass.from);
          return (
            <text key={index} className="turn" x={(WIDTH / 2 + 2 * x) / 3 + 8} y={(HEIGHT / 2 + 2 * y) / 3 - 6}>
              {index + 1}
            </text>
          );
        })}
        <circle className="hub" cx={WIDTH / 2} cy={HEIGHT / 2} r={22} />
        <text x={WIDTH / 2} y={HEIGHT / 2 + 4} textAnchor="middle">
          {t("router")}
        </text>
        {stops.map((stop) => {
          const { x, y } = at(stop);
          return (
            <g key={stop}>
              <rect className="stop" x={x - 48} y={y - 13} width={96} height={26} rx={6} />
              <text x={x} y={y + 4} textAnchor="middle">
                {shortened(name(stop))}
              </text>
            </g>
          );
        })}
      </svg>
      <ol className="passes">
        {passes.map((pass, index) => (
          <li key={index}>
            <Thing path={pass.from} name={name} /> {t("→ router →")} {pass.to === null ? <strong>{t("nowhere")}</strong> : <Thing path={pass.to} name={name} />}
            <span className="pass-by mono">{pass.by}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

const WAYS: Record<NicRouter["way"], string> = { out: t("leaves by"), in: t("comes in by"), between: t("over"), balancer: t("at the balancer"), edge: t("at the edge") };

function Routers({ routers, name }: { routers: NicRouter[]; name: Name }): ReactNode {
  return (
    <ol className="nic-routers">
      {routers.map((router, index) => (
        <li key={index} className={`nic-router ${router.way}`}>
          <p>
            <span className="muted">{WAYS[router.way]}</span> <Thing path={router.nic} name={name} />
          </p>
          <ul className="plain">
            {router.lines.map((line, row) => (
              <li key={row}>
                <strong>{line.decision}</strong> {line.matched === null ? line.reason : <span className="mono">{line.matched}</span>}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

function Frames({ steps, name }: { steps: Step[]; name: Name }): ReactNode {
  const drawing = useWorkbench((state) => state.drawing);
  const frames = useMemo(() => {
    const machines = drawing.vnets.flatMap((vnet) => vnet.subnets).flatMap((subnet) => subnet.machines);
    const owner = new Map(machines.flatMap((machine) => machine.nics.map((nic) => [nic.path, machine.path] as const)));
    return framesOf(steps, (nic) => owner.get(nic) ?? nic);
  }, [drawing, steps]);
  if (frames.length === 0) return <p className="muted">{t("No VM put a frame on the wire here.")}</p>;
  return (
    <div className="table-wrap">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("VM")}</th>
            <th scope="col">{t("NIC")}</th>
            <th scope="col">{t("From MAC")}</th>
            <th scope="col">{t("To MAC")}</th>
            <th scope="col">{t("Packet")}</th>
            <th scope="col" className="number">{t("TTL")}</th>
          </tr>
        </thead>
        <tbody>
          {frames.map((frame: Frame, index) => (
            <tr key={index}>
              <th scope="row">
                <Thing path={frame.vm} name={name} /> {frame.way}
              </th>
              <td>{name(frame.nic)}</td>
              <td className="mono">{frame.header.source_mac}</td>
              <td className="mono">{frame.header.destination_mac}</td>
              <td className="mono">{packetLine(frame.header)}</td>
              <td className="mono number">{frame.header.ttl}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Thing({ path, name }: { path: string; name: Name }): ReactNode {
  if (!path.includes("/")) return <strong>{name(path)}</strong>;
  return (
    <button type="button" className="link" onClick={() => { select(path, true); }}>
      {name(path)}
    </button>
  );
}

function shortened(text: string): string {
  return text.length > 15 ? `${text.slice(0, 14)}…` : text;
}
