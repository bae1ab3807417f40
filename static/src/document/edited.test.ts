import { describe, expect, it } from "vitest";

import { type Seen, effectsLine, holds, keyOf, tells, watched } from "./edited";

const seen = (revision: number, key: string, runnable = true): Seen => ({ revision, key, runnable });

describe("an edit", () => {
  it("is told of where forwarding may differ", () => {
    expect(keyOf({ topology: { vms: {} }, layout: { a: { x: 1 } } })).toEqual(keyOf({ topology: { vms: {} }, name: "other" }));
    expect(keyOf({ topology: { vms: {} }, profile: "aws" })).not.toEqual(keyOf({ topology: { vms: {} } }));
  });

  it("is compared with the last revision that could be run", () => {
    let watch = watched(null, seen(1, "a"));
    expect(tells(watch)).toBe(false);
    watch = watched(watch, seen(2, "a"));
    expect([tells(watch), watch.base?.revision, watch.since]).toEqual([false, 2, 1]);
    watch = watched(watch, seen(3, "b", false));
    expect([tells(watch), watch.base?.revision, watch.since]).toEqual([false, 2, 3]);
    watch = watched(watch, seen(4, "c"));
    expect([tells(watch), watch.base?.revision, watch.since]).toEqual([true, 2, 4]);
    watch = watched(watch, seen(5, "a"));
    expect([tells(watch), watch.base?.revision]).toEqual([false, 5]);
  });

  it("leaves what was found of revisions that forward alike", () => {
    const watch = watched(watched(watched(null, seen(1, "a")), seen(2, "b")), seen(3, "b"));
    expect([1, 2, 3, 4, null].map((revision) => holds(watch, revision))).toEqual([false, true, true, false, false]);
  });

  it("is told in one line", () => {
    expect(effectsLine({ opened: 3, closed: 0, asymmetric: 1200 })).toBe("opened 3, now asymmetric 1,200");
    expect(effectsLine({ opened: 0 })).toBe("");
  });
});
