import { t } from "../../document/text";
import { ApiError, type Run, api } from "../../protocol/api";
import { RunSocket } from "../../protocol/runSocket";

/**
 * Import a file without leaving the page: upload, follow the worker, open the scenario or say what is wrong.
 * A file dropped anywhere on the page counts as chosen.
 */
export function enhanceImport(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  const status = document.querySelector<HTMLElement>("#import-status");
  const bar = document.querySelector<HTMLProgressElement>("#import-area progress");
  const most = Number(form.dataset.maxBytes ?? "0");
  if (!input || !status || !bar) throw new Error("the page lacks a part of the import");

  const say = (text: string, bad = false): void => {
    status.textContent = text;
    status.classList.toggle("field-error", bad);
  };

  const start = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    if (most && file.size > most) {
      say(t("{name} has {size} MB; at most {most} MB can be read.", { name: file.name, size: (file.size / 1e6).toFixed(1), most: (most / 1e6).toFixed(0) }), true);
      input.value = "";
      return;
    }
    bar.hidden = false;
    say(t("Reading {name} …", { name: file.name }));
    try {
      const run = await api.importFile(file);
      follow(run);
    } catch (error) {
      bar.hidden = true;
      say(error instanceof ApiError ? error.message : t("The file could not be sent. Check the network and try again."), true);
      input.value = "";
    }
  };

  const follow = (run: Run): void => {
    let target = "";
    const socket = new RunSocket(
      { socket: `/ws/runs/${run.id}/`, events: `/api/v1/runs/${run.id}/events` },
      {
        events: (events) => {
          for (const event of events) {
            if (event.event === "import.done" && typeof event.url === "string") target = event.url;
            if (event.event !== "run.finished") continue;
            socket.close();
            if (target) location.assign(target);
            else {
              bar.hidden = true;
              say(typeof event.reason === "string" && event.reason ? event.reason : t("The file could not be read."), true);
              input.value = "";
            }
          }
        },
      },
    );
    socket.open();
  };

  input.addEventListener("change", () => void start(input.files?.[0]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    void start(event.dataTransfer?.files[0]);
  });
}
