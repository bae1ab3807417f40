/** The numbers of a timing profile, read once for each profile. */

import { useEffect, useState } from "react";

import { type Timing, api } from "../../protocol/api";

const loading = new Map<string, Promise<Timing | null>>();

export function useTiming(profile: string): Timing | null {
  const [found, setFound] = useState<Timing | null>(null);
  useEffect(() => {
    let here = true;
    const asked = loading.get(profile) ?? api.timing(profile).catch(() => null);
    loading.set(profile, asked);
    void asked.then((timing) => {
      if (timing === null) loading.delete(profile); // a failure is not kept: the next look asks again
      if (here) setFound(timing);
    });
    return () => {
      here = false;
    };
  }, [profile]);
  return found?.id === profile ? found : null;
}
