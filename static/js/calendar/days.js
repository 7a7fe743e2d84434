// static/js/calendar/days.js: the list of a full day in a popover, the drawer beside the days, and new items on an empty spot.
import { part } from "./moves.js";

const CLOSED = "editorial.drawer.closed";
const PAUSE = 250; // ms after the last key before the drawer is searched

export function mountDays(desk) {
  let open = null; // {link, pop}

  function close(focus) {
    if (!open) return;
    open.pop.remove();
    open.link.setAttribute("aria-expanded", "false");
    if (focus) open.link.focus();
    open = null;
  }

  desk.addEventListener("click", async (event) => {
    if (event.target.closest(".day .pop [data-close]")) return close(true);
    const link = event.target.closest(".day-more");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const again = open?.link === link;
    close(true);
    if (again) return;
    const html = await part(link.dataset.list);
    if (html === null) { location.href = link.href; return; } // the day has a page of its own
    const pop = document.createElement("div");
    pop.className = "pop";
    pop.setAttribute("role", "dialog");
    pop.innerHTML = html;
    pop.setAttribute("aria-label", pop.querySelector("h2").textContent);
    const cell = link.closest(".day");
    const days = [...cell.parentElement.children];
    if (days.indexOf(cell) > 3) pop.classList.add("is-end"); // it opens towards the middle of the month
    link.after(pop);
    link.setAttribute("aria-expanded", "true");
    open = { link, pop };
    pop.querySelector("[data-close]").focus();
  });

  document.addEventListener("click", (event) => { if (open && !event.target.closest(".pop, .day-more, dialog")) close(false); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && open && !document.querySelector(".quick-pop, dialog[open]")) close(true); });

  // A click on the empty part of a day begins an item there.
  if ("write" in desk.dataset) {
    desk.addEventListener("click", (event) => {
      const cell = event.target.closest(".days [role=gridcell]");
      if (!cell || event.target.closest("a, button, .pop, .card") || String(getSelection())) return;
      cell.querySelector(".day-add")?.click();
      if (!cell.querySelector(".day-add")) desk.querySelector(`.days [data-day="${cell.dataset.day}"] .day-add`)?.click();
    });
  }

  const toggle = desk.querySelector("[data-drawer]");
  const drawer = desk.querySelector(".drawer");
  const wide = matchMedia("(width >= 75rem)");
  const show = (shown) => {
    drawer.hidden = !shown;
    toggle.setAttribute("aria-pressed", String(shown));
  };
  if (toggle && drawer) {
    toggle.setAttribute("role", "button");
    const kept = localStorage.getItem(CLOSED); // the list and the day are for reading: there the drawer waits to be asked
    show(!wide.matches || (kept ? kept !== "yes" : ["month", "week"].includes(desk.dataset.view)));
    toggle.addEventListener("click", (event) => {
      if (!wide.matches) { show(true); return; } // below the days: the link leads there
      event.preventDefault();
      show(drawer.hidden);
      localStorage.setItem(CLOSED, drawer.hidden ? "yes" : "no");
    });
    find(drawer);
  }
}

/** Find in the drawer: the server looks through everything that has no day, within the filters of the page. */
function find(drawer) {
  const input = drawer.querySelector("[data-find]");
  if (!input) return;
  input.hidden = false;
  let timer = 0;
  let asked = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const number = ++asked;
      const query = new URLSearchParams(location.search);
      query.delete("text");
      if (input.value.trim()) query.set("text", input.value.trim());
      const html = await part(`${input.dataset.find}?${query}`);
      if (html !== null && number === asked) drawer.querySelector(".drawer-list").innerHTML = html;
    }, PAUSE);
  });
}
