/* Filters of the voices. Every figure links to "#voices?moment=wait&sentiment=negative"; text only ever moves as text. */
"use strict";
(() => {
  const STEP = 25;
  const form = document.getElementById("filters");
  const voices = Array.from(document.querySelectorAll("#voice-list > .voice"));
  const more = document.getElementById("more");
  const status = document.getElementById("shown");
  const none = document.getElementById("none-left");
  const searchable = voices.map((voice) => voice.querySelector("blockquote").textContent.toLowerCase());
  let hidden = {}; // filters of a link that have no control of their own: stars, from and grain
  let limit = STEP;

  const end = (from, grain) => {
    const day = new Date(from + "T00:00:00Z");
    if (grain === "month") day.setUTCMonth(day.getUTCMonth() + 1);
    else day.setUTCDate(day.getUTCDate() + (grain === "day" ? 1 : 7));
    return day.toISOString().slice(0, 10);
  };

  const passes = (voice, words, wanted) => {
    const data = voice.dataset;
    if (wanted.text && !words.includes(wanted.text.toLowerCase())) return false;
    for (const key of ["moment", "sentiment", "source", "lang", "stars", "product"]) {
      if (wanted[key] && data[key] !== wanted[key]) return false;
    }
    if (wanted.about && !data.about.split("\n").includes(wanted.about)) return false;
    if (wanted.from && !(data.date >= wanted.from && data.date < (wanted.until || end(wanted.from, wanted.grain)))) return false;
    return true;
  };

  const show = () => {
    const wanted = { ...hidden };
    for (const control of form.elements) if (control.name && control.value) wanted[control.name] = control.value;
    let passed = 0;
    voices.forEach((voice, place) => {
      const fits = passes(voice, searchable[place], wanted);
      if (fits) passed += 1;
      voice.hidden = !fits || passed > limit;
    });
    const notes = [];
    if (hidden.stars) notes.push(`rated ${hidden.stars} of 5`);
    if (hidden.product) notes.push(`about ${hidden.product}`);
    if (hidden.from) notes.push(`published from ${hidden.from}`);
    status.textContent = `${passed} ${passed === 1 ? "sentence" : "sentences"}` + (notes.length ? `, ${notes.join(", ")}` : "");
    none.hidden = passed > 0;
    more.hidden = passed <= limit;
    more.textContent = `Show more (${passed - limit} left)`;
  };

  const follow = () => {
    if (!location.hash.startsWith("#voices?")) return;
    const wanted = Object.fromEntries(new URLSearchParams(location.hash.slice("#voices?".length)));
    form.reset();
    hidden = {};
    for (const [key, value] of Object.entries(wanted)) {
      const control = form.elements.namedItem(key);
      if (!control) hidden[key] = value;
      else control.value = value;
    }
    limit = STEP;
    show();
    document.getElementById("voices").scrollIntoView();
    document.getElementById("voices-h").focus({ preventScroll: true });
  };

  for (const kind of ["input", "change"]) form.addEventListener(kind, () => { limit = STEP; show(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => { hidden = {}; limit = STEP; setTimeout(show); });
  more.addEventListener("click", () => {
    const first = limit;
    limit += STEP;
    show();
    const seen = voices.filter((voice) => !voice.hidden);
    if (seen[first]) { seen[first].tabIndex = -1; seen[first].focus(); }
  });
  window.addEventListener("hashchange", follow);
  document.documentElement.classList.add("js");
  show();
  follow();
})();
