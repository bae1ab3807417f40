/** The drawing on React Flow. Shows the shared state and reports gestures; it sends nothing. */

import "@xyflow/react/dist/style.css";

import { Background, BackgroundVariant, Controls, type Edge, MiniMap, type Node, type NodeChange, type OnNodeDrag, ReactFlow, ReactFlowProvider, SelectionMode, useReactFlow } from "@xyflow/react";
import { type CSSProperties, type MouseEvent, type PointerEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";

import { choose, select, useWorkbench, workbench } from "../document/store";
import { t } from "../document/text";
import { Ghost } from "./Ghost";
import { useLarger, useShown } from "./detail";
import { atFrames, edges as lines } from "./edges";
import { type Judged, type Pointed, carry, pointedAt, setGround, showGesture } from "./gesture";
import { type Item, boxes, cardsOf, layout } from "./layout";
import { EDGE_TYPES } from "./lines";
import { NODE_TYPES, nodeLabel } from "./nodes";
import { PacketOverlay } from "./PacketOverlay";
import { routed } from "./routed";
import { useSide } from "./side";
import { useSteady } from "./steady";
import { ZOOM, useFit, useFocus, useMap } from "./view";
import { useWide } from "./wide";

export interface Moved {
  path: string;
  x: number;
  y: number;
}

export interface CanvasProps {
  onMoved: (moved: Moved[]) => void;
  /** What a line from one thing to what is pointed at would mean. */
  onConnect: { judge: (from: string, pointed: Pointed) => Judged; drop: (from: string, pointed: Pointed) => void };
  /** What it would mean to leave a thing where it is dragged to; null: it stays in its frame. */
  onRehome: { judge: (path: string, pointed: Pointed) => Judged | null; drop: (path: string, pointed: Pointed, moved: Moved) => boolean };
}

/** React Flow's own words. */
const WORDS = {
  "controls.ariaLabel": t("View of the drawing"),
  "controls.zoomIn.ariaLabel": t("Zoom in"),
  "controls.zoomOut.ariaLabel": t("Zoom out"),
  "controls.fitView.ariaLabel": t("Show everything"),
};


export function Canvas(props: CanvasProps): ReactNode {
  const drawnOn = useSide()?.drawnOn ?? true;
  return (
    <ReactFlowProvider>
      <Flow {...props} />
      {drawnOn && <Ghost />}
    </ReactFlowProvider>
  );
}

const FRAMES = new Set(["vnet", "subnet", "site"]);

function toNode(item: Item, movable: boolean): Node {
  return {
    id: item.path,
    type: item.kind,
    position: { x: item.box.x, y: item.box.y },
    width: item.box.width,
    height: item.box.height,
    // Sizes are known: an edited node need not be measured again.
    measured: { width: item.box.width, height: item.box.height },
    data: { item },
    draggable: movable && item.kind !== "tab",
    connectable: false,
    deletable: false,
    zIndex: item.kind === "vnet" || item.kind === "site" ? 0 : item.kind === "subnet" ? 1 : 4,
    ariaLabel: nodeLabel(item),
    ...(item.parent === null ? {} : { parentId: item.parent }),
    ...(FRAMES.has(item.kind) ? { dragHandle: "header" } : {}),
  };
}

const made = { movable: new WeakMap<Item, Node>(), fixed: new WeakMap<Item, Node>() };

/** The node of an item, the same one each time: React Flow looks anew only at those that are others. */
function nodeOf(item: Item, movable: boolean): Node {
  const known = movable ? made.movable : made.fixed;
  const node = known.get(item) ?? toNode(item, movable);
  known.set(item, node);
  return node;
}

const KEYS_REST_MS = 500;
// Made once: React Flow tells all its nodes of each of these that is another one.
const SNAP: [number, number] = [4, 4];
const WHOLE = { padding: { top: "52px", x: 0.08, bottom: 0.08 } as const, maxZoom: ZOOM.fit };
const SEVERAL = ["Shift", "Control", "Meta"];

/** One of many that is clicked becomes the only one. */
function clicked(event: MouseEvent, node: Node): void {
  if (!event.shiftKey && !event.ctrlKey && !event.metaKey) select(node.id);
}

function clickedLine(_: MouseEvent, edge: Edge): void {
  if (typeof edge.data?.path === "string") select(edge.data.path);
}

function clickedBeside(): void {
  select(null);
}

function Flow({ onMoved, onConnect, onRehome }: CanvasProps): ReactNode {
  const drawing = useWorkbench((state) => state.drawing);
  const kept = useWorkbench((state) => state.document.layout);
  const wide = useWide();
  const side = useSide();
  const drawnOn = side?.drawnOn ?? true;
  const movable = useWorkbench((state) => state.can.edit && state.mode === "edit") && wide && drawnOn;
  const chosen = useWorkbench((state) => state.chosen);
  const byMouse = useRef(false);
  const resting = useRef(0);
  const traced = useWorkbench((state) => state.fit?.paths.includes("internet") === true && state.paths.length > 0);
  const outside = side ? side.paths.some((path) => path.points.includes("internet")) : traced;
  const items = useMemo(() => layout(drawing, kept, outside), [drawing, kept, outside]);
  const places = useMemo(() => boxes(items), [items]);
  const cards = useMemo(() => cardsOf(items, places), [items, places]);
  const allLines = useMemo(
    () => routed(atFrames(lines(drawing), drawing, new Set(items.map((item) => item.path))), items, places),
    [drawing, items, places],
  );
  const ends = useMemo(() => new Set(allLines.flatMap((edge) => [edge.source, edge.target])), [allLines]);
  const { fitted, movedByHand } = useFit(places);
  const shown = useShown(items, places, ends, fitted);
  const [dragged, setDragged] = useState<Map<string, Moved>>(NOWHERE);
  const nodes = useMemo(() => shown.map((item) => nodeOf(item, movable)), [shown, movable]);
  const placed = useMemo(() => {
    const marked = new Set(chosen);
    return nodes.map((node) => {
      const moved = dragged.get(node.id);
      if (!moved && !marked.has(node.id)) return node;
      return { ...node, selected: marked.has(node.id), ...(moved ? { position: { x: moved.x, y: moved.y } } : {}) };
    });
  }, [nodes, dragged, chosen]);
  const drawnLines = useMemo(() => {
    const present = new Set(nodes.map((node) => node.id));
    return allLines.filter((edge) => present.has(edge.source) && present.has(edge.target)).map((edge) => (chosen.includes(String(edge.data?.path ?? "")) ? { ...edge, selected: true } : edge));
  }, [allLines, nodes, chosen]);
  useFocus(places, items, movedByHand);
  const larger = useLarger();
  const map = useMap(places, cards);
  const pane = useRef<HTMLDivElement>(null);
  useGround(items, places, pane, drawnOn);

  const settle = (moved: Moved[]): void => {
    setDragged(NOWHERE);
    if (moved.length > 0) onMoved(moved);
  };
  const changed = useSteady((changes: NodeChange[]): void => {
    chooseAs(changes, (path) => places.has(path));
    const moves = changes.flatMap((change) => (change.type === "position" && change.position ? [{ path: change.id, x: Math.round(change.position.x), y: Math.round(change.position.y) }] : []));
    if (moves.length === 0) return;
    const next = new Map([...dragged, ...moves.map((one): [string, Moved] => [one.path, one])]);
    setDragged(next);
    if (byMouse.current) return;
    // Arrow keys: the places are kept when they have come to rest.
    window.clearTimeout(resting.current);
    resting.current = window.setTimeout(() => { settle([...next.values()]); }, KEYS_REST_MS);
  });
  const begun = useSteady(() => {
    byMouse.current = true;
  });
  const goesOn: OnNodeDrag = useSteady((event, node, all) => {
    const pointed = all.length === 1 ? under(event) : null;
    const judged = pointed ? onRehome.judge(node.id, pointed) : null;
    showGesture(judged ? { name: String((node.data.item as Item).path.split("/").at(-1)), from: null, at: at(event), judged } : null);
  });
  const ended: OnNodeDrag = useSteady((event, node, all) => {
    byMouse.current = false;
    showGesture(null);
    const pointed = all.length === 1 ? under(event) : null;
    const spots = all.map((one) => ({ path: one.id, x: Math.round(one.position.x), y: Math.round(one.position.y) }));
    const own = spots.find((one) => one.path === node.id) ?? { path: node.id, x: 0, y: 0 };
    if (pointed && onRehome.drop(node.id, pointed, own)) {
      setDragged(NOWHERE);
      return;
    }
    settle(spots);
  });
  const viewMoves = useSteady((event: unknown) => {
    if (event) movedByHand();
  });
  const connecting = (event: PointerEvent): void => {
    const from = (event.target as HTMLElement).closest<HTMLElement>("[data-connect]");
    const path = from?.dataset.connect;
    if (!from || !path || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const box = from.getBoundingClientRect();
    carry(event, {
      name: path.split("/").at(-1) ?? path,
      from: { x: box.x + box.width / 2, y: box.y + box.height / 2 },
      judge: (pointed) => onConnect.judge(path, pointed),
      drop: (pointed) => { onConnect.drop(path, pointed); },
    });
  };

  return (
    <div className="flow" ref={pane} style={{ "--larger": larger } as CSSProperties} onPointerDownCapture={connecting}>
      <ReactFlow
        id={drawnOn ? "drawing" : `drawing-${side?.id ?? ""}`}
        nodes={placed}
        edges={drawnLines}
        nodeTypes={NODE_TYPES}
        ariaLabelConfig={WORDS}
        edgeTypes={EDGE_TYPES}
        fitViewOptions={WHOLE}
        minZoom={ZOOM.least}
        maxZoom={ZOOM.most}
        onMoveStart={viewMoves}
        edgesFocusable={false}
        nodesConnectable={false}
        elevateNodesOnSelect={false}
        snapToGrid
        snapGrid={SNAP}
        deleteKeyCode={null}
        selectionKeyCode={movable ? "Shift" : null}
        multiSelectionKeyCode={movable ? SEVERAL : null}
        selectionMode={SelectionMode.Full}
        onNodeClick={clicked}
        onEdgeClick={clickedLine}
        onPaneClick={clickedBeside}
        onNodesChange={changed}
        onNodeDragStart={begun}
        onNodeDrag={goesOn}
        onNodeDragStop={ended}
        aria-label={drawnOn ? t("Drawing of the network") : t("Drawing of the network, second picture")}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
        <PacketOverlay places={places} cards={cards} />
        {map && <MiniMap style={{ width: 132, height: 88 }} pannable zoomable ariaLabel={t("Map of the drawing")} nodeClassName={(node) => `mini-${node.type ?? ""}`} />}
        <Controls showInteractive={false} onZoomIn={movedByHand} onZoomOut={movedByHand} onFitView={movedByHand} orientation={wide ? "vertical" : "horizontal"} />
      </ReactFlow>
    </div>
  );
}

const NOWHERE = new Map<string, Moved>();

/** Where a drag is; a finger drags too, though React Flow's types know of a mouse alone. */
type Gesture = { clientX: number; clientY: number } | { changedTouches: TouchList };

function at(event: Gesture): { x: number; y: number } {
  const spot = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: spot?.clientX ?? 0, y: spot?.clientY ?? 0 };
}

function under(event: Gesture): Pointed | null {
  return pointedAt(at(event));
}

/** Take over what React Flow chose or let go of. */
function chooseAs(changes: NodeChange[], isNode: (path: string) => boolean): void {
  const selects = changes.filter((change) => change.type === "select");
  if (selects.length === 0) return;
  const now = workbench().chosen;
  const gone = new Set(selects.filter((change) => !change.selected).map((change) => change.id));
  const fresh = selects.filter((change) => change.selected).map((change) => change.id);
  const next = [...now.filter((path) => !gone.has(path) && !fresh.includes(path)), ...fresh];
  // One click replaces whatever was chosen elsewhere, such as a badge or a line.
  choose(fresh.length === 1 && gone.size === 0 && now.length === 1 && !isNode(now[0] ?? "") ? fresh : next);
}

/** Tell the gestures where things are. */
function useGround(items: Item[], places: ReturnType<typeof boxes>, pane: { current: HTMLDivElement | null }, drawnOn: boolean): void {
  const flow = useReactFlow();
  useEffect(() => {
    if (!drawnOn) return undefined;
    setGround({ items, places, toDrawing: (at) => flow.screenToFlowPosition(at, { snapToGrid: false }), pane: () => pane.current?.getBoundingClientRect() });
    return () => {
      setGround(null);
    };
  }, [items, places, flow, pane, drawnOn]);
}
