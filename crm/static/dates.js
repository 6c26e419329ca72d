"use strict";
/* Dates said in words, in French: « hier », « lundi dernier », « 12 mars », « fin juin ». Same rules as crm/core/days.py. */

const dayWords = { "aujourd hui": 0, aujourdhui: 0, today: 0, hier: -1, yesterday: -1, "avant hier": -2, demain: 1, tomorrow: 1, "apres demain": 2 };
const weekdays = ["dimanche sunday", "lundi monday", "mardi tuesday", "mercredi wednesday", "jeudi thursday", "vendredi friday", "samedi saturday"];
const months = ["janvier janv jan january", "fevrier fevr fev february feb", "mars march mar", "avril avr april apr", "mai may", "juin june jun",
  "juillet juil july jul", "aout august aug", "septembre sept sep september", "octobre oct october", "novembre nov november", "decembre dec december"];
const rankIn = (names, word) => names.findIndex((line) => line.split(" ").includes(word));
const foldText = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, " ").trim();

/* The day meant, or null. Without a year or a direction: the nearest on or before today ("past"), else on or after ("future"). */
function understandDate(typed, direction, now = new Date()) {
  const text = foldText(typed).replace(/\b1er\b/, "1").replace(/^(le|on) /, "");
  const isPast = direction !== "future";
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const today = new Date(year, month, day);
  const shifted = (days) => new Date(year, month, day + days);
  const exact = (y, m, d) => {
    const date = new Date(y, m - 1, d);
    return y >= 1950 && y <= 2100 && date.getMonth() === m - 1 && date.getDate() === d ? date : null;
  };
  const fullYear = (digits) => (digits.length === 2 ? 2000 + +digits : +digits);
  const nearest = (m, d) => {
    const candidates = [...Array(9).keys()].map((step) => exact(year + (isPast ? -step : step), m, d));
    return candidates.find((date) => date && (isPast ? date <= today : date >= today)) ?? null;
  };
  const readers = [
    [/^(\d{4}) (\d{1,2}) (\d{1,2})$/, (y, m, d) => exact(+y, +m, +d)],
    [/^(\d{1,2}) (\d{1,2}) (\d{4}|\d{2})$/, (d, m, y) => exact(fullYear(y), +m, +d)],
    [/^(\d{1,2}) (\d{1,2})$/, (d, m) => nearest(+m, +d)],
    [/^(?:[a-z]+ )?(\d{1,2}) ([a-z]+)(?: (\d{4}|\d{2}))?$/, (d, name, y) => {
      const rank = rankIn(months, name) + 1;
      return rank ? (y ? exact(fullYear(y), rank, +d) : nearest(rank, +d)) : null;
    }],
    [/^(?:(last|next) )?([a-z]+)(?: (dernier|prochain|passe))?$/, (before, name, after) => {
      const wanted = rankIn(weekdays, name), said = before ?? after;
      if (wanted < 0) return null;
      const back = (today.getDay() - wanted + 7) % 7, ahead = (wanted - today.getDay() + 7) % 7;
      if (["dernier", "passe", "last"].includes(said)) return shifted(-(back || 7));
      if (["prochain", "next"].includes(said)) return shifted(ahead || 7);
      return shifted(isPast ? -back : ahead);
    }],
    [/^(dans|in|il y a) (\d{1,3}|une?) ([a-z]+?)s?(?: ago)?$/, (way, amount, unit) => {
      const count = (way === "il y a" ? -1 : 1) * (+amount || (amount.startsWith("u") ? 1 : 0));
      const days = { jour: 1, j: 1, day: 1, semaine: 7, week: 7 }[unit];
      if (days) return shifted(count * days);
      return ["moi", "month"].includes(unit) ? new Date(year, month + count, Math.min(day, new Date(year, month + count + 1, 0).getDate())) : null;
    }],
    [/^(?:fin|end of) ([a-z]+)(?: (\d{4}))?$/, (name, y) => {
      const rank = rankIn(months, name) + 1, end = (which) => new Date(which, rank, 0);
      if (!rank) return null;
      if (y) return end(+y);
      return isPast ? (end(year) <= today ? end(year) : end(year - 1)) : (end(year) >= today ? end(year) : end(year + 1));
    }],
  ];
  if (text in dayWords) return shifted(dayWords[text]);
  for (const [pattern, read] of readers) {
    const date = text.match(pattern) && read(...text.match(pattern).slice(1));
    if (date) return date;
  }
  return null;
}
