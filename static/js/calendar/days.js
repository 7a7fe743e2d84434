// static/js/calendar/days.js: the list of a full day in a popover, and the drawer beside the month.

const CLOSED = "editorial.drawer.closed";

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
    if (event.target.closest("[data-close]")) return close(true);
    const link = event.target.closest(".day-more");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const again = open?.link === link;
    close(true);
    if (again) return;
    const answer = await fetch(link.dataset.list, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) { location.href = link.href; return; } // the day has a page of its own
    const pop = document.createElement("div");
    pop.className = "pop";
    pop.setAttribute("role", "dialog");
    pop.innerHTML = await answer.text();
    pop.setAttribute("aria-label", pop.querySelector("h2").textContent);
    const cell = link.closest(".day");
    const days = [...cell.parentElement.children];
    if (days.indexOf(cell) > 3) pop.classList.add("is-end"); // it opens towards the middle of the month
    link.after(pop);
    link.setAttribute("aria-expanded", "true");
    open = { link, pop };
    pop.querySelector("[data-close]").focus();
  });

  document.addEventListener("click", (event) => { if (open && !event.target.closest(".pop, .day-more")) close(false); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && open) close(true); });

  const toggle = desk.querySelector("[data-drawer]");
  const drawer = desk.querySelector(".drawer");
  const wide = matchMedia("(width >= 75rem)");
  const show = (shown) => {
    drawer.hidden = !shown;
    toggle.setAttribute("aria-pressed", String(shown));
  };
  if (toggle && drawer) {
    toggle.setAttribute("role", "button");
    show(!wide.matches || localStorage.getItem(CLOSED) !== "yes");
    toggle.addEventListener("click", (event) => {
      if (!wide.matches) { show(true); return; } // below the month: the link leads there
      event.preventDefault();
      show(drawer.hidden);
      localStorage.setItem(CLOSED, drawer.hidden ? "yes" : "no");
    });
    find(drawer);
    drawer.addEventListener("redrawn", () => find(drawer));
  }
}

/** Find in the drawer: what does not hold the words is hidden, groups without a card too. */
function find(drawer) {
  const input = drawer.querySelector("[data-find]");
  if (!input) return;
  input.hidden = false;
  input.addEventListener("input", () => {
    const words = input.value.trim().toLocaleLowerCase();
    for (const group of drawer.querySelectorAll("details")) {
      let any = false;
      for (const item of group.querySelectorAll("li")) {
        item.hidden = !item.querySelector(".card").title.toLocaleLowerCase().includes(words);
        any ||= !item.hidden;
      }
      group.hidden = !any;
    }
  });
}
