// static/js/calendar/month.js: the month's behaviour, put together. Without it, cards are links and moving is a form.
import { mountDays } from "./days.js";
import { mountDrag } from "./drag.js";
import { mountKeys } from "./keys.js";
import { Mover } from "./moves.js";

const desk = document.querySelector(".desk");
const month = desk.querySelector(".month");

for (const card of desk.querySelectorAll(".month .card")) card.tabIndex = -1; // the grid is one tab stop
const mover = new Mover(desk);
mountDays(desk);
mountKeys(desk, month, mover);
mountDrag(desk, mover);
