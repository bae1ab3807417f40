/** The drawing on React Flow. Shows the shared state and reports gestures; it sends nothing. */

import "@xyflow/react/dist/style.css";

import { Background, BackgroundVariant, Controls, MiniMap, type Node, ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";

import { nodeFor } from "../document/drawing";
import { select, useWorkbench } from "../document/store";
import { edges as lines } from "./edges";
import { type Box, type Item, boxes, layout, middle } from "./layout";
import { EDGE_TYPES } from "./lines";
import { NODE_TYPES, nodeLabel, useFar } from "./nodes";
import { PacketOverlay } from "./PacketOverlay";
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
  const items = useMemo(() => layout(drawing, kept), [drawing, kept]);
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
  const drawnLines = useMemo(() => {
    const present = new Set(nodes.map((node) => node.id));
    return lines(drawing).filter((edge) => present.has(edge.source) && present.has(edge.target));
  }, [drawing, nodes]);
  const places = useMemo(() => boxes(items), [items]);
  useFocus(places);
  useFit(places);

  return (
    <ReactFlow
      nodes={placed}
      edges={drawnLines}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      fitView
      fitViewOptions={{ padding: 0.08, maxZoom: 1.1 }}
      minZoom={0.05}
      maxZoom={2.5}
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
      <PacketOverlay places={places} />
      <MiniMap style={{ width: 132, height: 88 }} pannable zoomable ariaLabel="Map of the drawing" nodeClassName={(node) => `mini-${node.type ?? ""}`} />
      <Controls showInteractive={false} />
    </ReactFlow>
  );
}

/** Bring the selection into view when somebody else than the canvas asked for it. */
function useFocus(places: Map<string, Box>): void {
  const flow = useReactFlow();
  const focus = useWorkbench((state) => state.focus);
  const drawing = useWorkbench((state) => state.drawing);
  const selection = useWorkbench((state) => state.selection);
  const target = nodeFor(drawing, selection);
  useEffect(() => {
    const box = target === null ? undefined : places.get(target);
    if (focus === 0 || !box) return;
    const { x, y } = middle(box);
    void flow.setCenter(x, y, { zoom: Math.max(flow.getZoom(), 0.7), duration: calm() ? 0 : 250 });
    // Only a new wish moves the view; a drag or an edit must not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [focus]);
}

/** Bring a packet's whole way into view when a new one is to be shown. */
function useFit(places: Map<string, Box>): void {
  const flow = useReactFlow();
  const fit = useWorkbench((state) => state.fit);
  const drawing = useWorkbench((state) => state.drawing);
  useEffect(() => {
    const ids = [...new Set((fit?.paths ?? []).map((path) => nodeFor(drawing, path) ?? ""))].filter((id) => places.has(id));
    if (ids.length === 0) return;
    void flow.fitView({ nodes: ids.map((id) => ({ id })), padding: 0.18, maxZoom: 1.1, duration: calm() ? 0 : 250 });
    // Only a new wish moves the view.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [fit]);
}

function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
