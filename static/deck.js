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

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

for (const button of document.querySelectorAll("[data-theme-switch]")) button.hidden = false;
