// static/js/calendar/calendar.js: the behaviour of every view, put together. Without it, cards are links and moving is a form.
import { mountDays } from "./days.js";
import { mountDrag } from "./drag.js";
import { mountKeys } from "./keys.js";
import { Mover } from "./moves.js";
import { mountQuick } from "./quick.js";
import { mountSelect } from "./select.js";

const desk = document.querySelector(".desk");
const mover = new Mover(desk);
mover.settleFocus();
mountDays(desk);
if ("write" in desk.dataset) mover.several = mountSelect(desk, mover); // first: it takes clicks with Ctrl and Shift
const quick = "write" in desk.dataset ? mountQuick(desk, mover) : null;
mountKeys(desk, mover, quick);
if (quick) mountDrag(desk, mover);

// A card's own words as its hint, made when somebody rests on it: in the page they would stand twice.
desk.addEventListener("pointerover", (event) => {
  const card = event.target.closest(".card");
  if (!card || card.title) return;
  const time = card.querySelector("time, .card-note")?.textContent;
  card.title = [card.querySelector(".card-title").textContent, card.querySelector(".sr").textContent.replace(/[:：]\s*$/, ""), time].filter(Boolean).join(" · ");
});
