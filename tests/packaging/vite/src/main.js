import init, { Client, diff } from "@connvo/client";

const MEETING = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";
const claims = btoa(JSON.stringify({ iss: "try", sub: "vite" }));
const area = document.querySelector("textarea");
const saved = document.querySelector("#saved");

await init();
const client = new Client({ token: () => `e30.${claims}.` });
client.connect();
const note = await client.openNote(MEETING, { name: "Ada", color: "#7c5cff" });

const show = () => (saved.textContent = note.status().saved ? "saved" : "not saved");
note.onStatus(show);
show();
note.onDelta(() => (area.value = note.text()));
area.value = note.text();
area.addEventListener("input", () => note.edit(diff(note.text(), area.value)));
