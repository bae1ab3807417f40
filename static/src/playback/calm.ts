/** Whether things shall stand still: said in the settings of this device, else by the system. */
export function calm(): boolean {
  return document.documentElement.dataset.motion === "less" || matchMedia("(prefers-reduced-motion: reduce)").matches;
}
