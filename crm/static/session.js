"use strict";
/* The form of a session: several names pasted at once, and a day to come that plans it. */

function listenToPaste(form) {
  const list = form.elements.structures_list, fold = list?.closest("details");
  document.getElementById("structures-ts-control")?.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!fold || !/[\n;]/.test(text.trim())) return;
    event.preventDefault();
    event.stopPropagation();
    list.value = [list.value.trim(), text.trim()].filter(Boolean).join("\n");
    fold.open = true;
    list.dispatchEvent(new Event("input", { bubbles: true }));
    fold.querySelector("button").focus();
  }, true);
}

function planDaysToCome(form) {
  const native = form.querySelector("#held_on")?.closest("[data-date]")?.querySelector("[data-date-native]");
  const status = (value) => form.querySelector(`[name=status][value="${value}"]`);
  if (!native || !status("prevue")) return;
  let isOurs = false;
  form.addEventListener("input", (event) => {
    if (event.target.name === "status") isOurs = false;
    if (event.target.id !== "held_on") return;
    const now = new Date(), today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
    if (native.value > today && status("realisee").checked) { status("prevue").checked = true; isOurs = true; }
    else if (native.value && native.value <= today && isOurs && status("prevue").checked) { status("realisee").checked = true; isOurs = false; }
  });
}

const sessionForm = document.querySelector("form[data-session-form]");
if (sessionForm) {
  listenToPaste(sessionForm);
  planDaysToCome(sessionForm);
}
