// Puts one Vue island beside the markup that it takes over. Loaded only when a page needs an island.
import { createApp, type Component } from "vue";

/** Mount a component; it gets the server's element as `host` and draws its own additions after it. */
export function mount(component: Component, host: HTMLElement): void {
  const place = document.createElement("div");
  place.className = "island";
  host.after(place);
  createApp(component, { host }).mount(place);
}
