// static/js/content/mentions.js: "@Li" offers the names that begin so. Arrows choose, Enter or Tab takes, Escape closes.
// The box stays an ordinary text area: what is sent is the text, and the server finds the names in it.

const MOST = 5; // names offered at once
let lists = 0;

/** Offer the names of the part's team in each of its boxes. */
export function mountMentions(root) {
  for (const box of root.querySelectorAll("[data-mentions]")) mount(box);
}

function mount(box) {
  const team = box.closest("[data-part]").querySelector("[data-team]");
  const names = [...team.querySelectorAll("li")].map((one) => one.textContent);
  const list = document.createElement("ul");
  list.className = "names";
  list.id = `names-${++lists}`;
  list.role = "listbox";
  list.ariaLabel = team.dataset.team;
  list.hidden = true;
  box.after(list);
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-autocomplete", "list");
  let at = 0;

  const show = (fitting) => {
    list.hidden = fitting.length === 0;
    list.replaceChildren(...fitting.map(option));
    choose(0);
  };
  const choose = (n) => {
    at = n;
    [...list.children].forEach((one, index) => { one.ariaSelected = String(index === at); });
    if (list.children[at]) box.setAttribute("aria-activedescendant", list.children[at].id);
    else box.removeAttribute("aria-activedescendant");
  };
  const option = (name, index) => {
    const one = document.createElement("li");
    one.role = "option";
    one.id = `${list.id}-${index}`;
    one.textContent = name;
    one.addEventListener("mousedown", (event) => { event.preventDefault(); take(name); }); // the box keeps the focus
    return one;
  };
  const take = (name) => {
    const before = box.value.slice(0, box.selectionStart).replace(/@[^@\n]*$/, `@${name} `);
    box.setRangeText(before, 0, box.selectionStart, "end");
    show([]);
  };

  box.addEventListener("input", () => {
    const typed = box.value.slice(0, box.selectionStart).match(/@([^@\n]{0,40})$/)?.[1].toLowerCase();
    const fits = (name) => name.toLowerCase().startsWith(typed) && name.toLowerCase() !== typed;
    show(typed === undefined ? [] : names.filter(fits).slice(0, MOST));
  });
  box.addEventListener("blur", () => show([]));
  box.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (count === 0 || event.isComposing) return; // Enter ends the spelling of a Chinese name
    if (event.key === "ArrowDown" || event.key === "ArrowUp") choose((at + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[at].textContent);
    else if (event.key === "Escape") show([]);
    else return;
    event.preventDefault();
  });
}
