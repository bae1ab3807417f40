import { describe, expect, it } from "vitest";

import { momentOf, withMoment, withoutMoment } from "./moment";

const HERE = "http://localhost/scenarios/1/?run=old&t=3&event=9";
const MOMENT = { run: "r1", t_us: 70_348_964, design: "balancer", flow: "outbound", event: 41 };

describe("a link to a moment", () => {
  it("gives back exactly what went in, and nothing of an older moment", () => {
    expect(momentOf(withMoment(HERE, MOMENT))).toEqual(MOMENT);
    const bare = { ...MOMENT, design: null, flow: null, event: null };
    expect(momentOf(withMoment(HERE, bare))).toEqual(bare);
  });

  it("is none without a run or a time that can be", () => {
    for (const end of ["", "?run=a", "?t=1", "?run=a&t=-1", "?run=a&t=x", "?run=a&t="]) expect(momentOf(`http://localhost/${end}`)).toBeNull();
  });

  it("takes a moment out and leaves the run", () => {
    expect(withoutMoment(HERE)).toBe("http://localhost/scenarios/1/?run=old");
  });
});
