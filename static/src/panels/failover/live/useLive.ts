/** The live race this page follows: what it tells, and whether this person may press anything. */

import { useEffect, useMemo } from "react";

import { type Live, live } from "../../../document/live";
import { type Race, race } from "../../../document/race";
import { useWorkbench } from "../../../document/store";
import { api } from "../../../protocol/api";
import { type Followed, follow, isLive, useFollowed } from "../../../protocol/followed";

export interface Playing {
  followed: Followed;
  live: Live | null;
  race: Race | null;
  /** It goes on, and this person may press. */
  mayPress: boolean;
}

export function useLive(): Playing {
  const followed = useFollowed("live");
  const can = useWorkbench((state) => state.can.edit && state.can.run);
  const { events } = followed;
  const told = useMemo(() => ({ live: live(events), race: race(events) }), [events]);
  return { followed, ...told, mayPress: can && followed.id !== null && isLive(followed) };
}

/** Join the race of this scenario that somebody plays already, in another tab or on another machine. */
export function useJoin(followed: Followed): void {
  const own = useWorkbench((state) => state.mode === "edit" && state.can.run);
  const idle = followed.id === null && !followed.starting;
  useEffect(() => {
    if (!own || !idle) return undefined;
    let here = true;
    api.runs().then(
      ({ items }) => {
        const open = items.find((run) => run.kind === "live" && (run.state === "queued" || run.state === "running"));
        if (here && open) follow(open);
      },
      () => undefined, // then nothing is joined; starting one says what is wrong
    );
    return () => {
      here = false;
    };
  }, [own, idle]);
}
