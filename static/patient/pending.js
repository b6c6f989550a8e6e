// An appointment asked of its practice: ask for this page again until there is an answer, then show it.
const waiting = "[data-sas-pending]";
const MOST_ASKED = 60;

async function answered() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return !page.querySelector(waiting);
}

for (let asked = 0; asked < MOST_ASKED && document.querySelector(waiting); asked += 1) {
  await new Promise((resolve) => setTimeout(resolve, asked < 10 ? 2000 : 10000));
  if (await answered().catch(() => false)) {
    location.reload();
    break;
  }
}
