/** The drawing on React Flow. Shows the shared state and reports gestures; it sends nothing. */

import "@xyflow/react/dist/style.css";

import { Background, BackgroundVariant, Controls, MiniMap, type Node, ReactFlow, ReactFlowProvider } from "@xyflow/react";
import { type ReactNode, useMemo, useRef, useState } from "react";

import { select, useWorkbench } from "../document/store";
import { edges as lines } from "./edges";
import { type Item, boxes, cardsOf, layout } from "./layout";
import { EDGE_TYPES } from "./lines";
import { NODE_TYPES, nodeLabel, useFar } from "./nodes";
import { PacketOverlay } from "./PacketOverlay";
import { routed } from "./routed";
import { ZOOM, useFit, useFocus, useMap } from "./view";
import { useWide } from "./wide";

export interface Moved {
  path: string;
  x: number;
  y: number;
}

export function Canvas({ onMoved }: { onMoved: (moved: Moved) => void }): ReactNode {
  return (
    <ReactFlowProvider>
      <Flow onMoved={onMoved} />
    </ReactFlowProvider>
  );
}

function toNode(item: Item, movable: boolean): Node {
  const inner = item.kind !== "vnet" && item.kind !== "subnet" && item.kind !== "site";
  return {
    id: item.path,
    type: item.kind,
    position: { x: item.box.x, y: item.box.y },
    width: item.box.width,
    height: item.box.height,
    data: { item },
    draggable: movable && item.kind !== "tab",
    connectable: false,
    deletable: false,
    zIndex: item.kind === "vnet" || item.kind === "site" ? 0 : item.kind === "subnet" ? 1 : 4,
    ariaLabel: nodeLabel(item),
    ...(item.parent === null ? {} : { parentId: item.parent }),
    ...(inner ? {} : { dragHandle: "header" }),
  };
}

const KEYS_REST_MS = 500;
const DETAIL = new Set(["machine", "nic", "endpoint", "router"]);

function Flow({ onMoved }: { onMoved: (moved: Moved) => void }): ReactNode {
  const drawing = useWorkbench((state) => state.drawing);
  const kept = useWorkbench((state) => state.document.layout);
  const wide = useWide();
  const movable = useWorkbench((state) => state.can.edit && state.mode === "edit") && wide;
  const selection = useWorkbench((state) => state.selection);
  const byMouse = useRef(false);
  const resting = useRef(0);
  const outside = useWorkbench((state) => state.fit?.paths.includes("internet") === true && state.paths.length > 0);
  const items = useMemo(() => layout(drawing, kept, outside), [drawing, kept, outside]);
  const far = useFar();
  const [dragged, setDragged] = useState<Moved | null>(null);
  const nodes = useMemo(() => {
    const shown = far ? items.filter((item) => !DETAIL.has(item.kind)) : items;
    return shown.map((item) => ({ ...toNode(item, movable), selected: item.path === selection }));
  }, [items, far, movable, selection]);
  const placed = useMemo(
    () => (dragged ? nodes.map((node) => (node.id === dragged.path ? { ...node, position: { x: dragged.x, y: dragged.y } } : node)) : nodes),
    [nodes, dragged],
  );
  const places = useMemo(() => boxes(items), [items]);
  const cards = useMemo(() => cardsOf(items, places), [items, places]);
  const allLines = useMemo(() => routed(lines(drawing), items, places), [drawing, items, places]);
  const drawnLines = useMemo(() => {
    const present = new Set(nodes.map((node) => node.id));
    return allLines.filter((edge) => present.has(edge.source) && present.has(edge.target));
  }, [allLines, nodes]);
  const movedByHand = useFit(places);
  useFocus(places, movedByHand);
  const map = useMap(places, cards);

  return (
    <ReactFlow
      nodes={placed}
      edges={drawnLines}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      fitViewOptions={{ padding: 0.08, maxZoom: ZOOM.fit }}
      minZoom={ZOOM.least}
      maxZoom={ZOOM.most}
      onMoveStart={(event) => {
        if (event) movedByHand();
      }}
      edgesFocusable={false}
      nodesConnectable={false}
      deleteKeyCode={null}
      selectionKeyCode={null}
      multiSelectionKeyCode={null}
      onNodeClick={(_, node) => {
        select(node.id);
      }}
      onEdgeClick={(_, edge) => {
        if (typeof edge.data?.path === "string") select(edge.data.path);
      }}
      onPaneClick={() => {
        select(null);
      }}
      onNodesChange={(changes) => {
        for (const change of changes) {
          if (change.type === "select" && change.selected) select(change.id);
          if (change.type !== "position" || !change.position) continue;
          const moved = { path: change.id, x: Math.round(change.position.x), y: Math.round(change.position.y) };
          setDragged(moved);
          if (byMouse.current) continue;
          // Arrow keys: the place is kept when they have come to rest.
          window.clearTimeout(resting.current);
          resting.current = window.setTimeout(() => {
            setDragged(null);
            onMoved(moved);
          }, KEYS_REST_MS);
        }
      }}
      onNodeDragStart={() => {
        byMouse.current = true;
      }}
      onNodeDragStop={(_, node) => {
        byMouse.current = false;
        setDragged(null);
        onMoved({ path: node.id, x: Math.round(node.position.x), y: Math.round(node.position.y) });
      }}
      aria-label="Drawing of the network"
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
      <PacketOverlay places={places} cards={cards} />
      {map && <MiniMap style={{ width: 132, height: 88 }} pannable zoomable ariaLabel="Map of the drawing" nodeClassName={(node) => `mini-${node.type ?? ""}`} />}
      <Controls showInteractive={false} orientation={wide ? "vertical" : "horizontal"} />
    </ReactFlow>
  );
}
