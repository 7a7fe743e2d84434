// static/js/calendar/keys.js: the month by keyboard. One tab stop; arrows walk, Shift+arrows move the item, M asks for a day.
import { fill } from "./moves.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** "2026-12-31" and 1 give "2027-01-01". Counted in UTC, where every day has 24 hours. */
export function addDays(day, count) {
  const moved = new Date(`${day}T00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + count);
  return moved.toISOString().slice(0, 10);
}

export function mountKeys(desk, month, mover) {
  const cellOf = (day) => month.querySelector(`[data-day="${day}"]`);

  function focusDay(cell) {
    if (!cell) return;
    for (const old of month.querySelectorAll('[role="gridcell"][tabindex="0"]')) old.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  }

  /** From a card: up and down among the day's cards, then on to the next week; left and right to the next day. */
  function walk(card, cell, key) {
    const cards = [...cell.querySelectorAll(".day-items .card")];
    const at = cards.indexOf(card);
    if (key === "ArrowDown" && cards[at + 1]) return cards[at + 1].focus();
    if (key === "ArrowUp" && at > 0) return cards[at - 1].focus();
    return focusDay(cellOf(addDays(cell.dataset.day, STEPS[key])));
  }

  month.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".day");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const card = event.target.closest(".card");
    if (event.key in STEPS) {
      event.preventDefault(); // the page would scroll
      if (event.shiftKey && card) return shift(card, cell, STEPS[event.key]);
      if (card) return walk(card, cell, event.key);
      return focusDay(cellOf(addDays(cell.dataset.day, STEPS[event.key])));
    }
    if (event.key === "Escape" && card) return focusDay(cell);
    if (event.key === "Enter" && event.target === cell) {
      event.preventDefault();
      return (cell.querySelector(".card") ?? cell.querySelector(".day-add"))?.focus();
    }
    if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      const days = cell.parentElement.querySelectorAll(".day");
      return focusDay(days[event.key === "Home" ? 0 : days.length - 1]);
    }
  });

  async function shift(card, cell, count) {
    const day = addDays(cell.dataset.day, count);
    const target = cellOf(day);
    const name = target?.dataset.say ?? day;
    mover.say(fill(desk.dataset.sayMoving, { day: name }));
    if (await mover.move(card, day, name)) {
      const moved = month.querySelector(`.card[data-item="${card.dataset.item}"]`);
      if (moved) moved.focus(); else focusDay(cellOf(cell.dataset.day));
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.altKey && !event.shiftKey && mover.undoToken) { event.preventDefault(); mover.undo(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const card = event.target.closest?.(".card");
    if (key === "m" && card) { event.preventDefault(); askForDay(card); return; }
    if (["t", "n", "pageup", "pagedown"].includes(key)) {
      const link = desk.querySelector(`[data-key="${key.startsWith("page") ? event.key : key}"]`);
      if (link) { event.preventDefault(); link.click(); }
    }
  });

  /** The "Move to…" dialog: the drag's twin for keys and touch. */
  function askForDay(card) {
    const dialog = document.getElementById("move");
    if (!dialog || !("movable" in card.dataset)) return;
    const input = dialog.querySelector("input");
    dialog.querySelector("[data-title]").textContent = card.querySelector(".card-title").textContent;
    input.value = card.closest("[data-day]")?.dataset.day ?? "";
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "move") mover.move(card, input.value, cellOf(input.value)?.dataset.say ?? input.value);
      else card.focus();
    }, { once: true });
    dialog.showModal();
  }
  desk.addEventListener("askday", (event) => askForDay(event.target));
}
