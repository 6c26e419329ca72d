"use strict";
/* The search palette: the server's options for the words typed, chosen by keyboard or by touch.
   WAI-ARIA combobox: the focus stays in the box, aria-activedescendant names the option. */
(() => {
  const dialog = document.querySelector("[data-palette]");
  if (!dialog) return;
  const [input, list, said] = ["#palette-champ", "[role=listbox]", "output"].map((selector) => dialog.querySelector(selector));
  const note = dialog.querySelector("p[data-palette-note]"), form = input.form;
  const sentences = document.getElementById("phrases")?.dataset ?? {};
  const PAUSE = 60, REST = 300;
  let answered = null, pending = null, wait = 0, lastKey = 0, isEntered = false;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");
  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
  function say(text) { note.textContent = text; note.hidden = !text; }

  function show(query, html) {
    answered = query;
    list.innerHTML = html;
    list.scrollTop = 0;
    say(list.querySelector("[data-palette-note]")?.dataset.paletteNote ?? "");
    const found = options();
    input.setAttribute("aria-expanded", String(found.length > 0));
    choose(query ? found[0] : null);
    said.value = list.querySelector("[data-palette-said]")?.dataset.paletteSaid ?? "";
    if (isEntered) follow();
  }

  async function ask() {
    const query = input.value.trim();
    clearTimeout(wait);
    if (pending?.query === query || (answered === query && !pending)) return;
    pending?.abort.abort();
    const mine = { query, abort: new AbortController() };
    pending = mine;
    const url = new URL(dialog.dataset.paletteUrl, location.href);
    url.searchParams.set("q", query);
    try {
      const response = await fetch(url, { headers: { "HX-Request": "true" }, signal: mine.abort.signal });
      if (response.headers.get("HX-Refresh")) return location.assign(`${form.action}?q=${encodeURIComponent(query)}`);
      if (!response.ok) throw new Error(response.statusText);
      const html = await response.text();
      if (pending !== mine) return;
      pending = null;
      show(query, html);
    } catch (problem) {
      if (pending !== mine || problem.name === "AbortError") return;
      pending = null;
      isEntered = false;
      say(sentences.searchFailed ?? "");
    }
  }

  /* After a rest the first key is answered at once; then each pause in the typing. */
  function askSoon() {
    const now = performance.now(), isRested = now - lastKey > REST;
    lastKey = now;
    isEntered = false;
    clearTimeout(wait);
    if (isRested) ask();
    else wait = setTimeout(ask, PAUSE);
  }

  /* Enter before the answer is there opens what the answer puts first. */
  function follow() {
    if (answered !== input.value.trim()) { isEntered = true; return ask(); }
    isEntered = false;
    const option = chosen();
    if (option) option.click();
    else if (answered) form.submit();
  }

  function move(step) {
    const all = options(), here = all.indexOf(chosen());
    if (all.length) choose(all[here < 0 ? (step > 0 ? 0 : all.length - 1) : (here + step + all.length) % all.length]);
  }

  function open(text = "") {
    if (dialog.open) return input.select();
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => { menu.open = false; });
    input.value = text;
    answered = null;
    lastKey = 0;
    dialog.showModal();
    input.focus();
    ask();
  }

  input.addEventListener("input", askSoon);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) { event.preventDefault(); move(steps[event.key]); }
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) { event.preventDefault(); follow(); }
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); follow(); });
  dialog.querySelector("[data-palette-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { pending?.abort.abort(); pending = null; isEntered = false; clearTimeout(wait); });
  window.addEventListener("pagehide", () => dialog.close());

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette-open]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });

  /* The box of the page leads here as soon as it is used; the focus comes back to it. */
  const box = document.querySelector("[data-palette-box] input");
  box?.addEventListener("click", () => open(box.value));
  box?.addEventListener("input", () => { const text = box.value; box.value = ""; open(text); });
  box?.addEventListener("keydown", (event) => { if (event.key === "ArrowDown") { event.preventDefault(); open(box.value); } });
})();
