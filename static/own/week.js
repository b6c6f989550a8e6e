// The week as a grid, and drawing a range on it. The list stays the page for everybody else.
const FIRST_HOUR = 7;
const LAST_HOUR = 21;
const REM_PER_HOUR = 3;
const STEP = 15;

const week = document.querySelector("[data-own-week]");
const views = document.querySelector("[data-own-views]");
const wide = window.matchMedia("(min-width: 62rem)");
const days = [...week.querySelectorAll("[data-own-day]")];

function rem(minutes) {
  return `${(minutes / 60) * REM_PER_HOUR}rem`;
}

function reach() {
  const lines = [...week.querySelectorAll("[data-own-line]")];
  const starts = lines.map((line) => Number(line.dataset.ownStart));
  const ends = lines.map((line) => Number(line.dataset.ownEnd));
  const first = Math.min(FIRST_HOUR * 60, ...starts.map((at) => Math.floor(at / 60) * 60));
  const last = Math.max(LAST_HOUR * 60, ...ends.map((at) => Math.ceil(at / 60) * 60));
  return { first, last };
}

const { first, last } = reach();

function column(day) {
  let lines = day.querySelector(".own-day__lines");
  if (!lines) {
    lines = document.createElement("div");
    lines.className = "own-day__lines";
    lines.dataset.ownDrawnOnly = "";
    day.append(lines);
  }
  return lines;
}

function hours(lines) {
  for (let at = first; at < last; at += 60) {
    const label = document.createElement(lines.tagName === "UL" ? "li" : "span");
    label.className = "own-hour";
    label.dataset.ownDrawnOnly = "";
    label.setAttribute("aria-hidden", "true");
    label.textContent = `${at / 60} h`;
    label.style.top = rem(at - first);
    lines.append(label);
  }
}

function showGrid() {
  week.classList.add("own-week--grid");
  for (const day of days) {
    const lines = column(day);
    lines.style.height = rem(last - first);
    hours(lines);
    for (const line of day.querySelectorAll("[data-own-line]")) {
      const start = Number(line.dataset.ownStart);
      line.style.top = rem(start - first);
      line.style.height = rem(Math.min(Number(line.dataset.ownEnd), last) - start);
    }
  }
}

function showList() {
  week.classList.remove("own-week--grid");
  week.querySelectorAll("[data-own-drawn-only]").forEach((lines) => lines.remove());
  week.querySelectorAll("[data-own-line], .own-day__lines").forEach((element) => {
    element.style.removeProperty("top");
    element.style.removeProperty("height");
  });
}

function show(view) {
  const grid = view === "grid" && wide.matches;
  views.querySelectorAll("[data-own-view]").forEach((button) => {
    button.setAttribute("aria-pressed", String((button.dataset.ownView === "grid") === grid));
  });
  showList();
  if (grid) showGrid();
}

function clock(minutes) {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function minuteUnder(event, lines) {
  const box = lines.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
  return first + Math.floor((share * (last - first)) / STEP) * STEP;
}

function draw(event) {
  const lines = event.target.closest(".own-day__lines");
  const day = lines?.closest("[data-own-day]");
  const drawable = week.classList.contains("own-week--grid") && event.target === lines && !("ownOver" in day.dataset);
  if (!drawable || event.pointerType === "touch" || event.button !== 0) return;
  event.preventDefault();
  const from = minuteUnder(event, lines);
  const box = document.createElement("div");
  box.className = "own-drawn";
  lines.append(box);
  let to = from + STEP;
  const stretch = (moved) => {
    to = Math.min(Math.max(minuteUnder(moved, lines), from) + STEP, 24 * 60 - STEP);
    box.style.top = rem(from - first);
    box.style.height = rem(to - from);
    box.textContent = `${clock(from)} – ${clock(to)}`;
  };
  stretch(event);
  lines.setPointerCapture(event.pointerId);
  lines.addEventListener("pointermove", stretch);
  const stop = (ended) => {
    lines.removeEventListener("pointermove", stretch);
    lines.removeEventListener("pointerup", stop);
    lines.removeEventListener("pointercancel", stop);
    box.remove();
    if (ended.type === "pointercancel") return;
    const asked = new URLSearchParams({ jour: day.dataset.ownDay, debut: clock(from), fin: clock(to) });
    window.location.assign(`${week.dataset.ownAdd}?${asked}`);
  };
  lines.addEventListener("pointerup", stop);
  lines.addEventListener("pointercancel", stop);
}

views.hidden = false;
views.addEventListener("click", (event) => {
  const button = event.target.closest("[data-own-view]");
  if (button) show(button.dataset.ownView);
});
wide.addEventListener("change", () => wide.matches || show("list"));
week.addEventListener("pointerdown", draw);
