// The shop's own words, translated by the server and put at the end of each page as data.
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

let known: Record<string, string | Forms> | undefined;

function all(): Record<string, string | Forms> {
  if (!known) {
    const block = document.querySelector("script[data-words]");
    known = block?.textContent ? (JSON.parse(block.textContent) as Record<string, string | Forms>) : {};
  }
  return known;
}

/** A sentence by its key, with `{name}` places filled in. An unknown key gives an empty string. */
export function word(key: string, values: Record<string, string | number> = {}): string {
  const text = all()[key];
  if (typeof text !== "string") return "";
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** A counted sentence in the plural form that the page's language asks for. */
export function counted(key: string, count: number): string {
  const forms = all()[key];
  if (typeof forms !== "object") return "";
  const lang = document.documentElement.lang || "en";
  const form = forms[new Intl.PluralRules(lang).select(count)] ?? forms.other;
  return form.replace(/\d+/, new Intl.NumberFormat(lang).format(count));
}
