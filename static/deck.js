// Theme, copying, and keys. Every page can be read and used without this.

const root = document.documentElement;

const say = (text) => {
  document.getElementById("say").textContent = text;
};

const isDark = () =>
  root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

const switchTheme = () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  say(`Theme: ${root.dataset.theme}`);
};

const copy = async (button) => {
  const text = button.dataset.copy ?? document.getElementById(button.dataset.copyFrom).textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return say("The browser does not allow copying here");
  }
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1200);
  say("Copied");
};

const isChanged = (field) =>
  field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;

const complain = (text) => {
  const notice = document.createElement("p");
  notice.className = "notice is-error";
  notice.textContent = text;
  document.getElementById("problems").replaceChildren(notice);
};

const unanswered = ({ target, detail }) => {
  if (target.id === "filters") complain(`The search had no answer (${detail.xhr.status || "no connection"}). Try again.`);
  if (target.id !== "fresh") return;
  target.className = "fresh is-unknown";
  target.querySelector("span").textContent = "Jobdeck does not answer";
};

const rows = () => [...document.querySelectorAll(".jobs tbody tr")];

const move = (step) => {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("cursor"));
  const to = Math.max(0, Math.min(all.length - 1, at + step));
  all[at]?.classList.remove("cursor");
  all[to].classList.add("cursor");
  all[to].querySelector(".a-id a").focus({ preventScroll: true });
  all[to].scrollIntoView({ block: "nearest" });
};

const keys = {
  j: () => move(1),
  k: () => move(-1),
  c: () => document.querySelector(".jobs tr.cursor [data-copy]")?.click(),
  f: () => document.querySelector("#filters [data-first]")?.focus(),
  t: switchTheme,
  "[": () => document.querySelector("a[rel=prev]")?.click(),
  "]": () => document.querySelector("a[rel=next]")?.click(),
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) switchTheme();
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (button) copy(button);
});

// What is typed or pasted loses the spaces around it. Fields outside a menu search at once; those in a menu when it
// closes, so that several can be chosen.
document.addEventListener("change", ({ target }) => {
  if (target.type === "text") target.value = target.value.trim();
  if (!target.closest("[popover]")) target.closest("[data-at-once]")?.requestSubmit();
});

document.addEventListener(
  "toggle",
  ({ target, newState }) => {
    const form = target.closest("[data-at-once]");
    if (form && newState === "closed" && [...target.querySelectorAll("input")].some(isChanged)) form.requestSubmit();
  },
  true,
);

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "fresh" && document.hidden) event.preventDefault();
});
document.addEventListener("htmx:sendError", unanswered);
document.addEventListener("htmx:responseError", unanswered);
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id === "list") say(document.querySelector(".count").textContent);
});

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

for (const button of document.querySelectorAll("[data-theme-switch]")) button.hidden = false;

// A page that shows a new token was the answer to a form; reloading it must not send that again.
if (document.getElementById("made")) history.replaceState(null, "", location.href);
