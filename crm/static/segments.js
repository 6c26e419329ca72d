"use strict";
/* The builder of segments: criteria are dragged, and keep the focus where they go. */

(() => {
  if (window.builderOfSegments) return;
  window.builderOfSegments = true;
  let dragged = null, wanted = null;

  const ruleOf = (node) => node.closest?.("[data-rule]");
  const clearMarks = () => {
    document.querySelectorAll(".criterion.is-before, .criteria.is-over").forEach((node) => node.classList.remove("is-before", "is-over"));
  };
  const act = (action) => {
    const button = document.querySelector("[data-builder-act]");
    if (!button) return;
    button.value = action;
    button.click();
    setTimeout(() => { button.value = "voir"; }, 500);
  };
  /* Where a dragged rule would land: below a list of rules, before a rule of it or at its end. */
  const target = (event) => {
    const list = event.target.closest?.("[data-rules]") ?? event.target.closest?.("[data-builder] .card-content")?.querySelector("[data-rules]");
    if (!list || !dragged || dragged.contains(list)) return null;
    const rules = [...list.children].filter((node) => node.matches("[data-rule]"));
    const before = rules.find((node) => event.clientY < node.getBoundingClientRect().top + node.offsetHeight / 2);
    return { list, before, place: before ? rules.indexOf(before) : rules.length };
  };

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.matches?.("[data-rule-grip]") ? ruleOf(event.target) : null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.rule);
    event.dataTransfer.setDragImage(dragged, 12, 12);
    dragged.classList.add("is-dragged");
  });
  document.addEventListener("dragover", (event) => {
    const found = target(event);
    if (!found) return;
    event.preventDefault();
    clearMarks();
    (found.before ?? found.list).classList.add(found.before ? "is-before" : "is-over");
  });
  document.addEventListener("drop", (event) => {
    const found = target(event);
    if (!found) return;
    event.preventDefault();
    act(`deplacer:${dragged.dataset.rule}:${found.list.dataset.rules}:${found.place}`);
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    clearMarks();
  });

  /* Alt and an arrow move the criterion that has the focus, as its buttons do. */
  const keys = { ArrowUp: "monter", ArrowDown: "descendre", ArrowLeft: "sortir", ArrowRight: "entrer" };
  document.addEventListener("keydown", (event) => {
    const action = event.altKey && !event.ctrlKey && !event.metaKey ? keys[event.key] : null;
    const rule = action && ruleOf(event.target);
    const button = rule && document.getElementById(`${action}-${rule.dataset.rule}`);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.click();
  });

  /* Enter beside the name saves, as the button there does; in a criterion it shows whom it finds. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("[data-builder] input")) return;
    const save = event.target.closest(".card")?.querySelector(".form-actions .btn-primary");
    if (!save) return;
    event.preventDefault();
    save.click();
  });

  const moved = (name, step) => name.replace(/\d+$/, (place) => String(Number(place) + step));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-builder] button[name=action]");
    const [action, name] = button?.value.split(":") ?? [];
    if (!name) return;
    const count = document.querySelectorAll(`[data-rules="${name}"] > [data-rule]`).length;
    wanted = {
      monter: () => `noeud-${moved(name, -1)}`, descendre: () => `noeud-${moved(name, 1)}`,
      ajouter: () => `noeud-${name}.${count}`, groupe: () => `noeud-${name}.${count}`,
    }[action]?.() ?? null;
  });
  document.addEventListener("htmx:after:swap", () => {
    const node = wanted && document.getElementById(wanted);
    wanted = null;
    if (node) (node.querySelector(".criterion-fields select, .criterion-fields input") ?? node).focus();
  });
})();
