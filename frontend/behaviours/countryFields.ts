// In a customer's address the fields follow the country. The server draws them, with all that is typed, as it does for
// the button that whoever has no script presses.
import { page, replaceInside, target } from "../lib/page";

let asked = 0;

async function follow(form: HTMLFormElement, selector: string): Promise<void> {
  const mine = ++asked;
  const typed = new FormData(form);
  typed.set("reload", "1");
  const fresh = await page(target(form), { method: "POST", body: typed });
  const place = document.querySelector(selector);
  const source = fresh.querySelector(selector);
  if (mine !== asked || !place || !source) return;
  const meanwhile = new FormData(form);
  replaceInside(place, source);
  for (const input of place.querySelectorAll<HTMLInputElement>("input[type=text]")) {
    const value = meanwhile.get(input.name);
    if (typeof value === "string") input.value = value;
  }
}

export function countryFields(): void {
  document.addEventListener("change", (event) => {
    const { form, dataset } = event.target as HTMLSelectElement;
    if (!form || !dataset.fields) return;
    follow(form, dataset.fields).catch(() => form.querySelector<HTMLButtonElement>("[name=reload]")?.click());
  });
}
