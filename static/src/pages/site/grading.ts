import { t } from "../../document/text";
import { RunSocket } from "../../protocol/runSocket";

interface Shown { word: string; mark: string }

const STATES: Record<string, Shown> = {
  passed: { word: "✓ passed", mark: "delivered" },
  failed: { word: "✕ failed", mark: "dropped" },
  ungraded: { word: "▨ could not be graded", mark: "unmodelled" },
};

/** Follow the grading of a submission check by check; the finished page is the server's, so it is loaded at the end. */
export function enhanceGrading(card: HTMLElement): void {
  const say = card.querySelector<HTMLElement>("[data-say]");
  const bar = card.querySelector<HTMLProgressElement>("progress");
  const list = card.querySelector<HTMLElement>("[data-rows]");
  const { socket: address, events: table } = card.dataset;
  if (!say || !bar || !list || !address || !table) throw new Error("the page lacks a part of the grading");

  const socket = new RunSocket(
    { socket: address, events: table },
    {
      events: (events) => {
        for (const event of events) {
          if (event.event === "grade.check") {
            const { number, of } = event as { number?: number; of?: number };
            bar.max = of ?? 1;
            bar.value = number ?? 0;
            say.textContent = t("{number} of {of} checks are done.", { number: number ?? 0, of: of ?? 0 });
            if (typeof event.state === "string") list.append(row(event));
          }
          if (event.event !== "run.finished") continue;
          socket.close();
          location.reload();
        }
      },
    },
  );
  socket.open();
}

function row(event: Record<string, unknown>): HTMLElement {
  const state = STATES[String(event.state)] ?? { word: String(event.state), mark: "unmodelled" };
  const item = document.createElement("li");
  item.className = "row";
  const mark = document.createElement("span");
  mark.className = `mark ${state.mark}`;
  mark.textContent = t(state.word);
  const title = document.createElement("strong");
  title.textContent = typeof event.title === "string" && event.title ? event.title : t("A hidden check");
  const points = document.createElement("span");
  points.className = "push number";
  points.textContent = `${String(event.earned)} / ${String(event.points)}`;
  item.append(mark, title, points);
  return item;
}
