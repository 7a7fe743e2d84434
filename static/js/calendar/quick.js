// static/js/calendar/quick.js: quick edit of a card in a popover. A click opens it; with the middle button the card is a link.
import { part } from "./moves.js";

export function mountQuick(desk, mover) {
  let open = null; // {id, pop}

  function close(focus) {
    if (!open) return;
    const { id, pop } = open;
    open = null;
    pop.remove();
    if (focus) mover.cardsOf(id)[0]?.focus();
  }

  async function show(card) {
    close(false);
    const id = card.dataset.item;
    const html = await part(`/items/${id}/quick`);
    if (html === null) { location.href = card.href; return; } // the page says why
    const pop = document.createElement("div");
    pop.className = "pop quick-pop";
    pop.setAttribute("role", "dialog");
    pop.innerHTML = html;
    pop.setAttribute("aria-label", pop.querySelector("h2").textContent);
    document.getElementById("main").append(pop); // within the page: a header of its own beside it would be a second banner
    open = { id, pop };
    place(pop, card);
    const title = pop.querySelector("[name=title]");
    title.focus();
    title.select();
  }

  /** Beside the card, wholly in the window. Sizes that a script decides go into custom properties. */
  function place(pop, card) {
    const box = card.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = pop;
    const right = box.right + 8 + width <= innerWidth;
    const x = right ? box.right + 8 : Math.max(8, box.left - 8 - width);
    pop.style.setProperty("--x", `${Math.min(x, Math.max(8, innerWidth - width - 8))}px`);
    pop.style.setProperty("--y", `${Math.max(56, Math.min(box.top, innerHeight - height - 8))}px`);
  }

  desk.addEventListener("click", (event) => {
    const card = event.target.closest(".card");
    if (!card || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(card);
  });

  document.addEventListener("click", (event) => {
    if (!open) return;
    if (event.target.closest(".quick-pop [data-close]")) close(true);
    else if (!event.target.closest(".quick-pop, .card, dialog")) close(false);
  });

  document.addEventListener("keydown", (event) => {
    if (!open || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") { event.stopPropagation(); close(true); }
  }, true);

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest(".quick-pop form");
    if (!form) return;
    event.preventDefault();
    const { id } = open;
    const card = mover.cardsOf(id)[0] ?? Object.assign(document.createElement("a"), { className: "card" });
    card.dataset.item = id;
    if (mover.busy.has(id)) return;
    const made = await mover.post(card, form.getAttribute("action"), Object.fromEntries(new FormData(form)), (body) => {
      const errors = form.querySelector(".errors");
      errors.textContent = body.says || mover.words.failed;
      errors.hidden = false;
      for (const field of form.elements) if (field.name) field.toggleAttribute("aria-invalid", Boolean(body.errors?.[field.name]));
      (form.querySelector("[aria-invalid]") ?? errors).focus();
    });
    if (made) close(true);
  });

  return { show };
}
