/**
 * Follows one run: a socket that resumes by sequence number.
 *
 * Events are handed on once each, in order, whatever the network does: a duplicate is dropped, a gap is read
 * again from the table, a broken socket is opened again behind the last number that arrived. While no socket
 * can be had, the table is read at intervals.
 */

import type { Run, RunEvent } from "../document/types";
import { ApiError, type RunAddresses, request } from "./api";

export interface Handlers {
  events: (events: RunEvent[]) => void;
  run?: (run: Run) => void;
  /** True while the live connection is lost and is being opened again. */
  lost?: (lost: boolean) => void;
  /** The run is not there (any more) for this person. */
  gone?: () => void;
}

interface Timers {
  later: (act: () => void, ms: number) => number;
  never: (handle: number) => void;
}

const TIMERS: Timers = {
  later: (act, ms) => window.setTimeout(act, ms),
  never: (handle) => {
    window.clearTimeout(handle);
  },
};
const NOT_FOUND = 4404;
const LONGEST_WAIT_MS = 8000;

export class RunSocket {
  private socket: WebSocket | null = null;
  private closed = false;
  private done = false;
  private tries = 0;
  private timer: number | null = null;
  private reading = false;

  constructor(
    private readonly addresses: RunAddresses,
    private readonly handlers: Handlers,
    private last = 0,
    private readonly timers: Timers = TIMERS,
    private readonly connect: (url: string) => WebSocket = (url) => new WebSocket(url),
  ) {}

  /** Number of the last event that was handed on. */
  get lastSeq(): number {
    return this.last;
  }

  open(): void {
    if (this.closed || this.done) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = this.connect(`${scheme}://${location.host}${this.addresses.socket}?after=${this.last}`);
    this.socket = socket;
    socket.onopen = () => {
      this.tries = 0;
      this.handlers.lost?.(false);
    };
    socket.onmessage = (message) => {
      this.take(JSON.parse(String(message.data)) as Message);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (this.closed || this.done) return;
      if (event.code === NOT_FOUND) {
        this.closed = true;
        this.handlers.gone?.();
        return;
      }
      this.again();
    };
  }

  close(): void {
    this.closed = true;
    if (this.timer !== null) this.timers.never(this.timer);
    this.socket?.close();
  }

  private again(): void {
    this.handlers.lost?.(true);
    const wait = Math.min(LONGEST_WAIT_MS, 250 * 2 ** this.tries);
    this.tries += 1;
    // A proxy may refuse sockets for ever; the table answers all the same.
    if (this.tries > 2) void this.read();
    this.timer = this.timers.later(() => {
      this.open();
    }, wait);
  }

  private take(message: Message): void {
    if (message.type === "events") this.hand(message.events);
    if ((message.type === "hello" || message.type === "state") && message.run) {
      this.handlers.run?.(message.run);
      if (message.run.last_seq > this.last && message.type === "state") void this.read();
    }
  }

  private hand(events: RunEvent[]): void {
    const fresh: RunEvent[] = [];
    for (const event of events) {
      if (event.seq <= this.last) continue;
      if (event.seq !== this.last + 1) {
        if (fresh.length > 0) this.handlers.events(fresh);
        void this.read();
        return;
      }
      this.last = event.seq;
      fresh.push(event);
    }
    if (fresh.length > 0) this.handlers.events(fresh);
    if (fresh.some((event) => event.event === "run.finished")) {
      this.done = true;
      this.handlers.lost?.(false);
      this.socket?.close();
    }
  }

  /** Read what is missing from the table. */
  private async read(): Promise<void> {
    if (this.reading || this.closed || this.done) return;
    this.reading = true;
    try {
      for (;;) {
        const before = this.last;
        const page = await request<{ events: RunEvent[]; last_seq: number }>("GET", `${this.addresses.events}?after=${before}`);
        this.hand(page.events);
        if (this.last >= page.last_seq || this.last === before) break;
      }
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        this.close();
        this.handlers.gone?.();
      }
      // Anything else: the next try of the socket reads again.
    } finally {
      this.reading = false;
    }
  }
}

type Message =
  | { type: "events"; events: RunEvent[] }
  | { type: "hello" | "state"; run?: Run }
  | { type: "error"; message: string };
