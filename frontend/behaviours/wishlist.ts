// Hearts: the form is sent without leaving the page, and the button says whether the product is kept.
import { send, toast } from "../lib/page";
import { word } from "../lib/words";

async function toggle(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const kept = button.getAttribute("aria-pressed") === "true";
  let remove = form.querySelector<HTMLInputElement>("input[name=remove]");
  if (!remove) {
    remove = document.createElement("input");
    remove.type = "hidden";
    remove.name = "remove";
    form.append(remove);
  }
  remove.value = kept ? "1" : "";
  button.setAttribute("aria-pressed", String(!kept));
  try {
    const answer = await send(form);
    if (!answer.ok) throw new Error(String(answer.status));
    toast(word(kept ? "unsaved" : "saved"));
  } catch {
    button.setAttribute("aria-pressed", String(kept));
    toast(word("error"), { kind: "error" });
  }
}

export function wishlist(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = form.querySelector("button");
    if (form.dataset.wish === undefined || !button) return;
    event.preventDefault();
    void toggle(form, button);
  });
}
