// What every page loads. Vue comes later, and only where the page has an island.
import { addBar } from "./behaviours/addBar";
import { controls } from "./behaviours/controls";
import { countryFields } from "./behaviours/countryFields";
import { loadMore } from "./behaviours/loadMore";
import { passage } from "./behaviours/passage";
import { theme } from "./behaviours/theme";
import { visitor } from "./behaviours/visitor";
import { wishlist } from "./behaviours/wishlist";
import { armIslands } from "./lib/islands";

visitor();
theme();
controls();
wishlist();
loadMore();
addBar();
countryFields();
passage();
armIslands();

document.addEventListener("vitrina:replaced", (event) => armIslands((event as CustomEvent<Element>).detail));
