/** The matrix as a table: senders down, receivers across, VMs that behave alike together. */

import { ChevronDown, ChevronRight } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useCallback, useId, useMemo, useState } from "react";

import { mark, t } from "../../document/text";
import { type Cell, type Matrix, type PortCells, cellOf, changesIn, matching, pairOf, sides } from "./cells";
import { useWorkbench } from "../../document/store";
import { openTrace } from "../openTrace";
import { Mark, type State } from "../Mark";
import { placesOf } from "../trace/Question";
import type { Result } from "./results";

/** So many classes are shown each way; a filter finds the others. */
const MOST = 40;

const STATES: Record<Exclude<Cell, "self">, State> = { delivered: "delivered", "no answer": "unanswered", dropped: "dropped", "not modelled": "not modelled" };

interface Props {
  result: Result;
  before: Result | null;
  /** A newer answer is on its way. */
  waits: boolean;
  /** The drawing has changed since. */
  old: boolean;
  /** Whether a cell can be traced: a trace asks the newest drawing. */
  open: boolean;
}

export function Grid({ result, before, waits, old, open }: Props): ReactNode {
  const id = useId();
  const { matrix } = result;
  const [wanted, setWanted] = useState<number | null>(null);
  const [filter, setFilter] = useState("");
  const [only, setOnly] = useState(false);
  const drawing = useWorkbench((state) => state.drawing);
  const names = useMemo(() => new Map(placesOf(drawing).map(({ path, name }) => [path, name])), [drawing]);
  const name = useCallback((vm: string): string => names.get(`vms/${vm}`) ?? vm, [names]);
  const port = matrix.ports.find((one) => one.port === wanted) ?? matrix.ports[0];
  const portBefore = before?.matrix.protocol === matrix.protocol ? before.matrix.ports.find((one) => one.port === port?.port) : undefined;
  const changed = useMemo(() => (port && portBefore && before ? changesIn(matrix, port, before.matrix, portBefore) : null), [matrix, port, before, portBefore]);
  const counts = useMemo(() => (port ? counted(matrix, port) : ""), [matrix, port]);
  if (!port) return null;
  const [from, to] = sides(filter);
  const differs = only && changed !== null;
  const width = matrix.groups.length;
  const rows = matching(matrix, from, name).filter((row) => !differs || matrix.groups.some((_, column) => changed.has(row * width + column)));
  const columns = matching(matrix, to, name).filter((column) => !differs || rows.some((row) => changed.has(row * width + column)));
  const shown: [number[], number[]] = [rows.slice(0, MOST), columns.slice(0, MOST)];
  const ported = matrix.ports.length > 1 || port.port !== 0;
  return (
    <section className={`matrix${waits || old ? " dimmed" : ""}`} data-revision={result.run.revision} aria-label={t("Who reaches whom")} aria-busy={waits}>
      <p className="on-paper">
        {t("Who reaches whom by {protocol}; revision {revision}.", { protocol: ported ? t("{protocol}, port {port}", { protocol: matrix.protocol, port: port.port }) : matrix.protocol, revision: result.run.revision ?? "" })}
      </p>
      <div className="row">
        {matrix.ports.length > 1 && (
          <div className="field narrow">
            <label htmlFor={`${id}-port`}>{t("Shown port")}</label>
            <select id={`${id}-port`} value={port.port} onChange={(event) => { setWanted(Number(event.target.value)); }}>
              {matrix.ports.map((one) => (
                <option key={one.port}>{one.port}</option>
              ))}
            </select>
          </div>
        )}
        <div className={filter === "" ? "field no-print" : "field"}>
          <label htmlFor={`${id}-filter`}>{t("Filter, such as web > db")}</label>
          <input id={`${id}-filter`} type="search" autoComplete="off" value={filter} onChange={(event) => { setFilter(event.target.value); }} />
        </div>
        {changed !== null && (
          <label className="check">
            <input type="checkbox" checked={only} onChange={(event) => { setOnly(event.target.checked); }} /> {t("Only what differs from revision {revision} ({size})", { revision: before?.run.revision ?? "", size: changed.size })}
          </label>
        )}
        <p className="muted counts" role="status">
          {counts}
          {old && t(", in revision {revision}", { revision: result.run.revision ?? "" })}
        </p>
      </div>
      {rows.length === 0 || columns.length === 0 ? (
        <p className="muted">{differs && filter === "" ? t("Nothing differs from the result before.") : t("No VM is named so.")}</p>
      ) : (
        <Cells
          title={t("Senders down, receivers across: {protocol}{what}", { protocol: matrix.protocol, what: ported ? ` ${port.port}` : "" })}
          matrix={matrix}
          port={port}
          rows={shown[0]}
          columns={shown[1]}
          changed={changed}
          name={name}
          trace={open ? (source, destination) => { openTrace(packetOf(matrix, port, source, destination)); } : null}
        />
      )}
      {open && <p className="muted hint no-print">{t("Senders down, receivers across. A click or Enter traces the packet; arrow keys go from cell to cell.")}</p>}
      {(rows.length > MOST || columns.length > MOST) && (
        <p className="muted">
          {t("Shown are the first {MOST} of {max} classes; a filter finds the others.", { MOST, max: Math.max(rows.length, columns.length).toLocaleString("en") })}
        </p>
      )}
    </section>
  );
}

function packetOf(matrix: Matrix, { port }: PortCells, source: string, destination: string): Record<string, string | number> {
  const ports = matrix.protocol === "tcp" || matrix.protocol === "udp" ? { destination_port: port } : { destination_port: 0, source_port: 0 };
  return { source: `vms/${source}`, destination: `vms/${destination}`, protocol: matrix.protocol, ...ports };
}

/** How many pairs of different VMs fare how, in one line. */
function counted(matrix: Matrix, port: PortCells): string {
  const counts: Partial<Record<Cell, number>> = {};
  matrix.groups.forEach(({ vms: senders }, from) => {
    matrix.groups.forEach(({ vms: receivers }, to) => {
      const cell = cellOf(matrix, port, from, to);
      counts[cell] = (counts[cell] ?? 0) + senders.length * (receivers.length - (from === to ? 1 : 0));
    });
  });
  const order = [mark("delivered"), mark("no answer"), mark("dropped"), mark("not modelled")] as const;
  return t("Pairs of VMs: {counts}", { counts: order.flatMap((cell) => (counts[cell] ? [`${t(cell)} ${counts[cell].toLocaleString("en")}`] : [])).join(", ") });
}

interface CellsProps {
  title: string;
  matrix: Matrix;
  port: PortCells;
  rows: number[];
  columns: number[];
  changed: Set<number> | null;
  name: (vm: string) => string;
  trace: ((source: string, destination: string) => void) | null;
}

function Cells({ title, matrix, port, rows, columns, changed, name, trace }: CellsProps): ReactNode {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<[number, number]>([0, 0]);
  const here: [number, number] = [Math.min(active[0], rows.length - 1), Math.min(active[1], columns.length - 1)];
  // Each stands in many cells, and to write a number takes longer than to draw one.
  const names = useMemo(
    () => matrix.groups.map(({ vms }) => `${name(vms[0] ?? "")}${vms.length > 1 ? ` +${(vms.length - 1).toLocaleString("en")}` : ""}`),
    [matrix, name],
  );
  const said = (number: number): string => names[number] ?? "";
  const move = (event: KeyboardEvent<HTMLTableSectionElement>): void => {
    const goal = goalOf(event, here, rows.length, columns.length);
    if (!goal) return;
    event.preventDefault();
    event.stopPropagation();
    setActive(goal);
    event.currentTarget.querySelector<HTMLButtonElement>(`[data-cell="${goal.join()}"]`)?.focus();
  };
  const toggle = (vm: string): void => {
    const next = new Set(opened);
    if (!next.delete(vm)) next.add(vm);
    setOpened(next);
  };
  return (
    <div className="table-wrap matrix-wrap">
      <table className="table" data-testid="matrix" aria-label={title}>
        <thead>
          <tr>
            <th scope="col">{t("from \\ to")}</th>
            {columns.map((column) => (
              <th key={column} scope="col" title={(matrix.groups[column]?.vms ?? []).slice(0, 20).map(name).join(", ")}>
                {said(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={move}>
          {rows.map((row, i) => {
            const first = matrix.groups[row]?.vms[0] ?? "";
            return (
            <tr key={row}>
              <th scope="row">
                <Head number={row} matrix={matrix} said={said(row)} name={name} opened={opened.has(first)} toggle={() => { toggle(first); }} />
              </th>
              {columns.map((column, j) => {
                const cell = cellOf(matrix, port, row, column);
                const pair = pairOf(matrix, row, column);
                const fresh = changed?.has(row * matrix.groups.length + column) === true;
                return (
                  <td key={column} className={fresh ? "fresh" : undefined}>
                    <button
                      type="button"
                      className="cell"
                      data-cell={`${i},${j}`}
                      tabIndex={i === here[0] && j === here[1] ? 0 : -1}
                      aria-disabled={trace === null || pair === null}
                      onFocus={() => { setActive([i, j]); }}
                      onClick={() => { if (pair) trace?.(...pair); }}
                    >
                      <span className="visually-hidden">{t("{said} to {said2}: ", { said: said(row), said2: said(column) })}</span>
                      {cell === "self" ? <span className="muted">{t("itself")}</span> : <Mark state={STATES[cell]}>{t(cell)}</Mark>}
                      {fresh && <span className="badge">{t("changed")}</span>}
                    </button>
                  </td>
                );
              })}
            </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** The name of a class, which opens to its members where it has several. */
function Head({ number, matrix, said, name, opened, toggle }: { number: number; matrix: Matrix; said: string; name: (vm: string) => string; opened: boolean; toggle: () => void }): ReactNode {
  const group = matrix.groups[number];
  if (!group || group.vms.length < 2) return said;
  return (
    <>
      <button type="button" className="class" aria-expanded={opened} onClick={toggle}>
        {opened ? <ChevronDown size={13} aria-hidden="true" /> : <ChevronRight size={13} aria-hidden="true" />} {name(group.vms[0] ?? "")} <span className="badge">{t("{vms} alike", { vms: group.vms.length.toLocaleString("en") })}</span>
      </button>
      {opened && (
        <div className="members" tabIndex={0} role="group" aria-label={t("VMs that behave like {name}", { name: name(group.vms[0] ?? "") })}>
          <span>{group.vms.map(name).join(", ")}</span>
          {group.why && <span className="muted">{group.why}</span>}
        </div>
      )}
    </>
  );
}

/** The cell a key goes to; null where it goes nowhere. */
function goalOf(event: KeyboardEvent, [i, j]: [number, number], rows: number, columns: number): [number, number] | null {
  if (!(event.target instanceof HTMLElement) || !event.target.dataset.cell || event.altKey || event.metaKey) return null;
  const all = event.ctrlKey;
  if (event.key === "ArrowUp") return [Math.max(0, i - 1), j];
  if (event.key === "ArrowDown") return [Math.min(rows - 1, i + 1), j];
  if (event.key === "ArrowLeft") return [i, Math.max(0, j - 1)];
  if (event.key === "ArrowRight") return [i, Math.min(columns - 1, j + 1)];
  if (event.key === "Home") return [all ? 0 : i, 0];
  if (event.key === "End") return [all ? rows - 1 : i, columns - 1];
  return null;
}
