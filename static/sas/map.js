// An optional view: the zone, and one pin for each card by state. Cards remain the primary view.
const TILES_PATH =
  "/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&STYLE=normal&TILEMATRIXSET=PM&FORMAT=image/png" +
  "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}";
const SIGNS = { slots: "✓", none: "–", unknown: "!", waiting: "…" };
const WORDS = { slots: "a des créneaux", none: "aucun créneau", unknown: "créneaux inconnus", waiting: "réponse attendue" };

export function startMap(element) {
  if (!element || !globalThis.L) return;
  const view = { element, map: null, pins: new Map(), places: new Map() };
  for (const button of document.querySelectorAll("[data-sas-view]")) {
    button.addEventListener("click", () => choose(view, button.dataset.sasView));
  }
  document.addEventListener("sas:update", () => refresh(view));
  document.addEventListener("sas:more", () => refresh(view));
  document.addEventListener("focusin", (event) => raise(view, event.target.closest?.("[data-sas-card]")));
}

function choose(view, name) {
  view.element.hidden = name !== "map";
  for (const button of document.querySelectorAll("[data-sas-view]")) {
    button.setAttribute("aria-pressed", String(button.dataset.sasView === name));
  }
  if (name !== "map") return;
  view.map ??= draw(view.element);
  refresh(view);
}

function draw(element) {
  const centre = [Number(element.dataset.lat), Number(element.dataset.lon)];
  const radius = Number(element.dataset.radius) * 1000;
  const still = { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false };
  const map = L.map(element, { keyboard: false, ...still }).setView(centre, 11);
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", "Carte des professionnels de la liste");
  if (element.dataset.tiles) {
    L.tileLayer(element.dataset.tiles + TILES_PATH, { maxZoom: 18, attribution: "© IGN" }).addTo(map);
  }
  if (radius) {
    const zone = L.circle(centre, { radius, color: "#000091", weight: 2, fillOpacity: 0.06, interactive: false }).addTo(map);
    map.fitBounds(zone.getBounds());
  }
  return map;
}

function refresh(view) {
  if (!view.map) return;
  for (const card of document.querySelectorAll("[data-sas-card]")) {
    if (!card.dataset.lat) continue;
    const pin = view.pins.get(card.id) ?? place(view, card);
    if (pin.state === card.dataset.state) continue;
    pin.state = card.dataset.state;
    pin.marker.setIcon(icon(pin.state));
    name(pin.marker, card);
  }
}

function place(view, card) {
  const marker = L.marker(apart(view, card), { icon: icon(card.dataset.state) });
  marker.addTo(view.map).on("click keypress", () => {
    card.scrollIntoView({ block: "center" });
    card.focus({ preventScroll: true });
  });
  const pin = { marker, state: null };
  view.pins.set(card.id, pin);
  return pin;
}

// Several practitioners of one house stand side by side, a few metres apart.
function apart(view, card) {
  const here = `${card.dataset.lat} ${card.dataset.lon}`;
  const rank = view.places.get(here) ?? 0;
  view.places.set(here, rank + 1);
  const angle = rank * 2.4;
  const degrees = 0.0004 * Math.sqrt(rank);
  return [
    Number(card.dataset.lat) + degrees * Math.cos(angle),
    Number(card.dataset.lon) + degrees * Math.sin(angle),
  ];
}

function icon(state) {
  return L.divIcon({ className: `sas-pin sas-pin--${state}`, html: SIGNS[state] ?? "", iconSize: [26, 26] });
}

function name(marker, card) {
  const title = card.querySelector("h3").textContent.trim();
  marker.getElement()?.setAttribute("aria-label", `${title}, ${WORDS[card.dataset.state]}`);
  marker.getElement()?.setAttribute("role", "button");
  marker.unbindTooltip().bindTooltip(title);
}

function raise(view, card) {
  for (const [id, pin] of view.pins) pin.marker.setZIndexOffset(id === card?.id ? 1000 : 0);
}
