// static/js/calendar/keys.js: the calendar by keyboard. One tab stop; arrows walk, Shift+arrows move the item, P asks for a day.
import { clock, fill, movable } from "./moves.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const LINKS = ["t", "n", "m", "w", "d", "l", "pageup", "pagedown"];

/** "2026-12-31" and 1 give "2027-01-01". Counted in UTC, where every day has 24 hours. */
export function addDays(day, count) {
  const moved = new Date(`${day}T00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + count);
  return moved.toISOString().slice(0, 10);
}

export function mountKeys(desk, mover, quick) {
  const cellOf = (day) => desk.querySelector(`.days [data-day="${day}"]`);

  function focusCell(cell) {
    if (!cell) return;
    for (const old of desk.querySelectorAll('.days [role="gridcell"][tabindex="0"]')) old.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  }

  /** The cell that an arrow leads to: in the week up and down are hours, in the month weeks. */
  function beside(cell, key) {
    const row = cell.parentElement;
    if (!row.classList.contains("hour")) return cellOf(addDays(cell.dataset.day, STEPS[key]));
    if (key === "ArrowUp" || key === "ArrowDown") {
      const other = key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
      return other?.querySelector(`[data-day="${cell.dataset.day}"]`);
    }
    return row.querySelector(`[data-day="${addDays(cell.dataset.day, STEPS[key])}"]`);
  }

  /** From a card: up and down among the cell's cards, then on; left and right to the next day. */
  function walk(card, cell, key) {
    const cards = [...cell.querySelectorAll(".card")];
    const at = cards.indexOf(card);
    if (key === "ArrowDown" && cards[at + 1]) return cards[at + 1].focus();
    if (key === "ArrowUp" && at > 0) return cards[at - 1].focus();
    return focusCell(beside(cell, key));
  }

  desk.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".days [role=gridcell]");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(".pop")) return;
    const card = event.target.closest(".card");
    if (event.key in STEPS) {
      event.preventDefault(); // the page would scroll
      if (event.shiftKey && card) return shift(card, cell, event.key);
      return card ? walk(card, cell, event.key) : focusCell(beside(cell, event.key));
    }
    if (event.key === "Escape" && card) return focusCell(cell);
    if (event.key === "Enter" && event.target === cell) {
      event.preventDefault();
      return (cell.querySelector(".card") ?? cell.querySelector(".day-add"))?.focus();
    }
    if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      const cells = cell.parentElement.querySelectorAll("[role=gridcell]");
      return focusCell(cells[event.key === "Home" ? 0 : cells.length - 1]);
    }
  });

  /** Where hours are shown, up and down move what has a publish time by one of them; everything else by a week. */
  async function shift(card, cell, key) {
    if (!quick) return;
    const { at: old } = card.dataset;
    const byHour = Boolean(old) && (key === "ArrowUp" || key === "ArrowDown") && Boolean(cell.closest(".hour[data-hour]"));
    let day = byHour ? cell.dataset.day : addDays(cell.dataset.day, STEPS[key]);
    let at = null;
    if (byHour) {
      const [hours, minutes] = old.split(":").map(Number);
      const moved = hours * 60 + minutes + (key === "ArrowUp" ? -60 : 60);
      if (moved < 0 || moved >= 1440) day = addDays(day, moved < 0 ? -1 : 1);
      at = clock((moved + 1440) % 1440);
    }
    const name = cellOf(day)?.dataset.say ?? day;
    mover.say(fill(at ? mover.words.at : mover.words.moving, { day: name, time: at, city: desk.dataset.city }));
    if (await mover.move(card, day, name, at)) {
      const moved = desk.querySelector(`.days .card[data-item="${card.dataset.item}"]`);
      if (moved) moved.focus(); else focusCell(cellOf(cell.dataset.day));
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select") || document.querySelector("dialog[open], .quick-pop")) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.altKey && !event.shiftKey && mover.undoToken) { event.preventDefault(); mover.undo(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const card = event.target.closest?.(".card");
    if (card && quick && (key === "p" || key === "e")) {
      event.preventDefault();
      if (key === "p") askForDay(card); else quick.show(card);
    } else if (event.key === "/") {
      event.preventDefault();
      desk.querySelector("[data-search]")?.focus();
    } else if (event.key === "?") {
      event.preventDefault();
      document.getElementById("help")?.showModal();
    } else if (LINKS.includes(key)) {
      const link = desk.querySelector(`[data-key="${key}"]`);
      if (link) { event.preventDefault(); link.click(); }
    }
  });

  const help = desk.querySelector("[data-help]");
  if (help) {
    help.hidden = false;
    help.addEventListener("click", () => document.getElementById("help").showModal());
  }

  /** The "Move to…" dialog: the drag's twin for keys and touch. */
  function askForDay(card) {
    const dialog = document.getElementById("move");
    if (!dialog || !movable(card)) { mover.say(mover.words.stays); return; }
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
